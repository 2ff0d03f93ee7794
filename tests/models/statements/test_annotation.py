from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from groundswell.domain import Annotation, Vectors, content_id
from models.encoding.embedding import Encoder, HashingEncoder, embed, load_encoder
from models.statements.annotation import annotate
from models.statements.annotator import KINDS, example_texts
from models.statements.kind_cues import CUE_NAMES, count_cues
from models.statements.kind_examples import EXAMPLES

SAID = {
    "problem": "The watch crashes each time I start a workout.",
    "request": "Please add a way to share my routes with friends.",
    "praise": "Excellent maps, I love them.",
    "question": "How do I change the units?",
    "other": "Good morning, my name is Kim.",
}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    cache: Path = tmp_path_factory.mktemp("models")
    return load_encoder("all-MiniLM-L6-v2", backend="torch", cache=cache, threads=1)


@pytest.fixture(scope="module")
def examples(encoder: Encoder) -> Vectors:
    return embed(example_texts(), encoder)


def judged(texts: list[str], encoder: Encoder, examples: Vectors) -> list[Annotation]:
    return annotate([content_id(text) for text in texts], texts, embed(texts, encoder), examples)


def test_each_kind_is_told(encoder: Encoder, examples: Vectors) -> None:
    found = judged(list(SAID.values()), encoder, examples)
    assert [one.kind for one in found] == list(SAID)
    assert [one.text_hash for one in found] == [content_id(text) for text in SAID.values()]


def test_german_french_and_spanish_are_told(encoder: Encoder, examples: Vectors) -> None:
    said = {
        "Die Anwendung stürzt dauernd ab.": "problem",
        "Bitte eine Suche einbauen.": "request",
        "Comment puis-je changer la langue ?": "question",
        "Me encanta, muchas gracias.": "praise",
    }
    found = judged(list(said), encoder, examples)
    assert [one.kind for one in found] == list(said.values())


def test_tone_and_severity_are_in_order(encoder: Encoder, examples: Vectors) -> None:
    lost, slow, label, happy = judged(
        [
            "All my data was deleted and my money is gone.",
            "The list is a little slow to load.",
            "The colour of the icon is ugly.",
            "I love it, wonderful work.",
        ],
        encoder,
        examples,
    )
    assert lost.severity > slow.severity > label.severity > happy.severity
    assert happy.polarity > 0.3 > -0.1 > slow.polarity > lost.polarity


def test_a_statement_is_judged_the_same_whatever_is_beside_it() -> None:
    encoder = HashingEncoder()
    # More than one block of rows.
    texts = [f"{text} Case {number}." for number in range(600) for text in SAID.values()]
    examples = embed(example_texts(), encoder)
    together = judged(texts, encoder, examples)
    backwards = judged(texts[::-1], encoder, examples)[::-1]
    alone = [judged([text], encoder, examples)[0] for text in texts[:5] + texts[-5:]]
    assert together == backwards
    assert together[:5] + together[-5:] == alone


@pytest.mark.parametrize("text", ["", " ", "?", "\ud800", "\x00", "a" * 50_000, "please " * 9_000])
def test_any_text_gets_values_within_their_ranges(text: str) -> None:
    encoder = HashingEncoder()
    vectors = embed([text], encoder)
    (found,) = annotate(["h"], [text], vectors, embed(example_texts(), encoder))
    assert found.kind in KINDS
    assert 1 / len(KINDS) <= found.confidence <= 1
    assert -1 <= found.polarity <= 1
    assert 0 <= found.severity <= 1


def test_nothing_gives_nothing() -> None:
    examples = embed(example_texts(), HashingEncoder())
    assert annotate([], [], np.empty((0, 256), dtype=np.float32), examples) == []


@pytest.mark.parametrize(
    ("hashes", "vectors", "examples", "message"),
    [
        ([], (1, 8), (len(EXAMPLES), 8), "0 hashes, 1 texts"),
        (["h"], (2, 8), (len(EXAMPLES), 8), "2 vectors"),
        (["h"], (1, 8), (3, 8), "3 example vectors"),
        (["h"], (1, 8), (len(EXAMPLES), 9), "vectors of"),
    ],
)
def test_what_does_not_match_is_refused(
    hashes: list[str], vectors: tuple[int, int], examples: tuple[int, int], message: str
) -> None:
    ones: NDArray[np.float32] = np.ones(vectors, dtype=np.float32)
    with pytest.raises(ValueError, match=message):
        annotate(hashes, ["text"], ones, np.ones(examples, dtype=np.float32))


def test_the_examples_are_enough_and_keep_to_their_scales() -> None:
    counts = Counter(example.kind for example in EXAMPLES)
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 25
    assert len(set(example_texts())) == len(EXAMPLES)
    assert all(-1 <= one.polarity <= 1 and 0 <= one.severity <= 1 for one in EXAMPLES)
    assert all((one.severity > 0) == (one.kind == "problem") for one in EXAMPLES)


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("It would be great if it had tags", "wish"),
        ("how do i pay", "unsure"),
        ("Is it safe?", "question mark"),
        ("It crashes", "failing"),
        ("I can\N{RIGHT SINGLE QUOTATION MARK}t pay", "cannot"),
        ("Hello there", "greets"),
        ("I lost my money", "grave"),
    ],
)
def test_a_cue_is_seen_where_it_is_and_not_elsewhere(text: str, cue: str) -> None:
    with_cue, without = count_cues([text, "We moved into the new house in spring"])
    assert with_cue[CUE_NAMES.index(cue)] > 0
    assert without[CUE_NAMES.index(cue)] == 0
