"""Texts with personal data whose places are known, written for the measurement of privacy.

A text is a frame with its slots filled by seeded chance. A slot named after a type of personal
data holds an item, such as ``{phone}`` or ``{phone_us}``; so does a slot for a name. All other
slots hold what only looks like it and must stay. The parts and who saw them when: docs/privacy.md.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from bench import privacy_blind, privacy_blind_again, privacy_seen
from bench.privacy_values import DECOYS, HARD, ITEMS, NAMES, Maker, shaped

_SLOT = re.compile(r"\{(\w+)\}")
_GREETING = re.compile(
    r"(?:Hi|Hello|Hey|Dear|Hallo|Liebe|Bonjour|Hola|Sehr|Guten|Estimad|Cher)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A text and where its personal data stands."""

    text: str
    items: tuple[tuple[int, int, str], ...]
    """Start, end and type, in the order of the text."""


@dataclass(frozen=True, slots=True)
class Part:
    """One set of texts: its frames by type, and what fills their slots."""

    frames: Mapping[str, Sequence[str]]
    makers: Mapping[str, Maker]
    """Of the personal data, but for names."""
    first: Sequence[str]
    last: Sequence[str]


def draw_samples(part: str, per_type: int, chance: Random) -> list[Sample]:
    """Fill the frames of one of `PARTS`.

    There are `per_type` texts for each type of personal data and four times as many without any.
    """
    chosen = PARTS[part]
    return [
        fill(_in_company(frames[number % len(frames)], kind, chance), chosen, chance)
        for kind, frames in chosen.frames.items()
        for number in range(4 * per_type if kind == "none" else per_type)
    ]


def plain_texts(count: int, chance: Random) -> list[str]:
    """Draw feedback without digits, at signs or capitals within a sentence."""
    return [" ".join(chance.sample(FILLERS, 3)) for _ in range(count)]


def fill(frame: str, part: Part, chance: Random) -> Sample:
    """Fill the slots of one frame and note where the personal data came to stand."""
    text, items, end = "", [], 0
    for slot in _SLOT.finditer(frame):
        text += frame[end : slot.start()]
        end = slot.end()
        kind, value = _value(slot[1], part, chance)
        if kind is not None:
            items.append((len(text), len(text) + len(value), kind))
        text += value
    return Sample(text + frame[end:], tuple(items))


def _value(slot: str, part: Part, chance: Random) -> tuple[str | None, str]:
    """Return the type of personal data, None for none, and the text."""
    if slot in _NAMES:
        return "person", _NAMES[slot](chance.choice(part.first), chance.choice(part.last))
    if slot in part.makers:
        return slot.split("_")[0], part.makers[slot](chance)
    return None, (DECOYS.get(slot) or HARD[slot])(chance)


_NAMES: Mapping[str, Callable[[str, str], str]] = {
    "first": lambda first, last: first,
    "last": lambda first, last: last,
    "full": lambda first, last: f"{first} {last}",
    "initial": lambda first, last: f"{first[0]}. {last}",
    "lastfirst": lambda first, last: f"{last}, {first}",
    "lower": lambda first, last: first.lower(),
    "lower_full": lambda first, last: f"{first} {last}".lower(),
}


def _blind(module: Any) -> Part:
    """Read a module of frames and shapes; cards and bank accounts need right check digits."""
    makers = {slot: shaped(*shapes) for slot, shapes in module.VALUES.items()}
    shared = {slot: ITEMS["held_out"][slot] for slot in ("card", "iban", "order")}
    return Part(module.FRAMES, shared | makers, module.FIRST, module.LAST)


def _in_company(frame: str, kind: str, chance: Random) -> str:
    """Put ordinary sentences before or after, but never behind the last line of a letter."""
    before = f"{chance.choice(FILLERS)} " if chance.random() < 0.4 else ""
    if kind == "person" or _GREETING.match(frame):
        before = ""
    after = f" {chance.choice(FILLERS)}" if chance.random() < 0.4 else ""
    last_line = frame.rsplit("\n", 1)[-1]
    return before + frame + (after if frame.endswith((".", "!", "?")) and last_line else "")


FILLERS = (
    "The new editor is a joy to use.",
    "Export takes far too long since the last update.",
    "I would love a dark mode.",
    "Please let us sort the list by date.",
    "It keeps logging me out every few minutes.",
    "The search finds nothing when I mistype a word.",
    "Great tool, we use it every day.",
    "The invoices page is slow on my old laptop.",
    "Why can I not undo a merge?",
    "Otherwise everything works well.",
    "Der Export ist leider sehr langsam.",
    "Die Suche findet meine Notizen nicht mehr.",
    "La synchronisation ne marche plus depuis hier.",
    "Je voudrais pouvoir trier les colonnes.",
    "No puedo abrir los archivos adjuntos.",
    "Me gustaría tener un modo oscuro.",
    "the app froze while i was typing and i lost my work",
    "notifications arrive hours late, if they arrive at all",
)
PARTS: Mapping[str, Part] = {
    "seen": Part(privacy_seen.SEEN, ITEMS["seen"], **NAMES["seen"]),
    "seen_later": Part(privacy_seen.HELD_OUT, ITEMS["held_out"], **NAMES["held_out"]),
    "first_blind": _blind(privacy_blind),
    "second_blind": _blind(privacy_blind_again),
}
