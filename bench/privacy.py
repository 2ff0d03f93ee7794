"""How much personal data is found, and how much else with it, in texts written for it.

``python -m bench privacy [--seed N] [--per-type N] [--json]``. A find counts only if its type is
right and it begins and ends where the item does, but for blanks and punctuation around it: a name
half left and a neighbouring word taken are both a miss and a false find. Four sets of texts are
measured; which of them had been seen when is told in docs/privacy.md.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from time import process_time
from typing import Any

from bench.privacy_texts import PARTS, Sample, draw_samples, plain_texts
from ingest.privacy import Privacy

Span = tuple[int, int, str]

ORDER_NUMBERS = (("order", r"\bGX-\d{7}\b"),)
"""The operator's own pattern in this measurement."""
_KEY = b"only for the measurement"
_PLACEHOLDER = re.compile(r"<([a-z]+)>")
_AROUND = " .,;:()[]<>\"'"
_PLAIN_TEXTS = 20_000


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Redact every set of texts and count what was found, what was missed, and how fast."""
    options = _options(argv)
    privacy = Privacy(_KEY, ORDER_NUMBERS)
    privacy.redact("Hi Anna, call +1 212 555 0142")  # Lists are read at the first use.
    result: dict[str, Any] = {"seed": options.seed}
    for part in PARTS:
        samples = draw_samples(part, options.per_type, Random(options.seed))  # noqa: S311
        began = process_time()
        redacted = [privacy.redact(sample.text) for sample in samples]
        seconds = process_time() - began
        result[part] = {
            "texts": len(samples),
            "texts_per_second": round(len(samples) / seconds),
            "types": judge(samples, redacted),
        }
    plain = plain_texts(_PLAIN_TEXTS, Random(options.seed))  # noqa: S311
    began = process_time()
    for text in plain:
        privacy.redact(text)
    result["plain_texts_per_second"] = round(_PLAIN_TEXTS / (process_time() - began))
    if not options.json:
        _show(result)
    return result


def judge(samples: Sequence[Sample], redacted: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the recall and the precision of every type, span by span.

    Recall is the share of the items found whole, precision the share of the finds that are an
    item; None where there is no item or no find.
    """
    items, finds, right = Counter[str](), Counter[str](), Counter[str]()
    for sample, after in zip(samples, redacted, strict=True):
        found = [_trimmed(sample.text, span) for span in spans(sample.text, after)]
        expected = [_trimmed(sample.text, span) for span in sample.items]
        items.update(kind for *_, kind in expected)
        finds.update(kind for *_, kind in found)
        right.update(kind for *_, kind in set(found) & set(expected))
    return {
        kind: {
            "items": items[kind],
            "recall": _share(right[kind], items[kind]),
            "precision": _share(right[kind], finds[kind]),
        }
        for kind in sorted(items | finds)
    }


def spans(text: str, redacted: str) -> list[Span]:
    """Return what was replaced: start, end and type, found again by the text that was left."""
    pieces = _PLACEHOLDER.split(redacted)
    left = [re.escape(piece) for piece in pieces[::2]]
    whole = re.compile("(.+?)".join(left), re.DOTALL).fullmatch(text)
    if whole is None:
        raise ValueError(f"{redacted!r} is not {text!r} with placeholders")
    return [(*whole.span(group), kind) for group, kind in enumerate(pieces[1::2], start=1)]


def _trimmed(text: str, span: Span) -> Span:
    start, end, kind = span
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip(_AROUND))
    return start, start + len(piece.strip(_AROUND)), kind


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _show(result: dict[str, Any]) -> None:
    for part in PARTS:
        counts = result[part]
        print(f"{part}: {counts['texts']:,} texts, {counts['texts_per_second']:,} a second")
        for line in _lines(counts["types"].items()):
            print(line)
    print(f"plain texts: {result['plain_texts_per_second']:,} a second", file=sys.stdout)


def _lines(types: Iterable[tuple[str, dict[str, Any]]]) -> Iterable[str]:
    yield f"  {'type':8} {'items':>6} {'recall':>7} {'precision':>9}"
    for kind, scores in types:
        recall, precision = (
            "-" if scores[name] is None else f"{scores[name]:.3f}"
            for name in ("recall", "precision")
        )
        yield f"  {kind:8} {scores['items']:6} {recall:>7} {precision:>9}"


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench privacy", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--per-type", type=int, default=400, help="texts for each type")
    parser.add_argument("--json", action="store_true", help="the result on the last line only")
    return parser.parse_args(argv)
