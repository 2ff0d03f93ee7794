from collections.abc import Sequence

import numpy as np
import pytest

from groundswell.domain import StatementKind, Vectors
from groundswell.errors import ModelError
from models.encoding.embedding import HashingEncoder, embed
from models.statements.annotation import annotate
from models.statements.annotator import (
    KINDS,
    Annotator,
    CorrectedStatements,
    example_texts,
    fit_annotator,
    from_bytes,
    to_bytes,
    usual_polarity,
)

ENCODER = HashingEncoder()
WISHES = [f"The zeppelin needs {thing}" for thing in ("ropes", "sails", "maps", "lamps", "gas")]


@pytest.fixture(scope="module")
def examples() -> Vectors:
    return embed(example_texts(), ENCODER)


def corrected(
    texts: Sequence[str] = WISHES, kind: StatementKind = "request"
) -> CorrectedStatements:
    return CorrectedStatements(texts, embed(texts, ENCODER), [kind] * len(texts))


def test_corrections_teach_what_is_like_them(examples: Vectors) -> None:
    texts = ["The zeppelin needs wings"]
    request = KINDS.index("request")
    before = fit_annotator(examples).shares(texts, embed(texts, ENCODER))[0, request]
    after = fit_annotator(examples, corrected()).shares(texts, embed(texts, ENCODER))
    assert before < 0.5 < after[0, request]
    assert after.sum() == pytest.approx(1.0)


def test_tone_and_severity_are_learnt_from_the_examples_alone(examples: Vectors) -> None:
    built_in, taught = fit_annotator(examples), fit_annotator(examples, corrected())
    np.testing.assert_array_equal(built_in.weights[-2:], taught.weights[-2:])
    assert not np.array_equal(built_in.weights[:-2], taught.weights[:-2])


def test_without_corrections_it_is_the_built_in_model(examples: Vectors) -> None:
    built_in, none = fit_annotator(examples), fit_annotator(examples, corrected([]))
    assert to_bytes(built_in) == to_bytes(none)


def test_the_order_of_corrections_changes_nothing(examples: Vectors) -> None:
    backwards = corrected().some(range(len(WISHES))[::-1])
    assert to_bytes(fit_annotator(examples, backwards)) == to_bytes(
        fit_annotator(examples, corrected())
    )


def test_a_fitted_model_is_written_read_and_used(examples: Vectors) -> None:
    fitted = fit_annotator(examples, corrected())
    again = from_bytes(to_bytes(fitted))
    vectors = embed(WISHES, ENCODER)
    found = annotate(WISHES, WISHES, vectors, examples, annotator=again)
    assert found == annotate(WISHES, WISHES, vectors, examples, annotator=fitted)
    assert {one.kind for one in found} == {"request"}
    assert found != annotate(WISHES, WISHES, vectors, examples)


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", to_bytes(Annotator(np.ones((3, 4)), np.ones(3)))]
)
def test_bytes_that_are_no_such_model_are_refused(data: bytes) -> None:
    with pytest.raises(ModelError, match=r"^annotator: .*; fit it again$"):
        from_bytes(data)


def test_what_does_not_fit_together_is_refused(examples: Vectors) -> None:
    with pytest.raises(ValueError, match="1 texts, 2 vectors, 1 kinds"):
        CorrectedStatements(["a"], examples[:2], ["praise"])
    with pytest.raises(ValueError, match="rant"):
        CorrectedStatements(["a"], examples[:1], ["rant"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="corrected vectors"):
        fit_annotator(examples, CorrectedStatements(["a"], examples[:1, :9], ["praise"]))


def test_what_a_reviewer_said_is_certain_and_moves_the_tone(examples: Vectors) -> None:
    texts = ["The export crashes and my data is gone"]
    vectors = embed(texts, ENCODER)
    (was,) = annotate(["h"], texts, vectors, examples)
    assert was.kind == "problem"
    (praise,) = annotate(["h"], texts, vectors, examples, said=["praise"])
    assert (praise.kind, praise.confidence, praise.severity) == ("praise", 1.0, 0.0)
    moved = usual_polarity("praise") - usual_polarity("problem")
    assert praise.polarity == pytest.approx(min(was.polarity + moved, 1.0), abs=1e-3)
    (sure,) = annotate(["h"], texts, vectors, examples, said=["problem"])
    assert (sure.kind, sure.confidence, sure.polarity) == ("problem", 1.0, was.polarity)
    assert sure.severity == pytest.approx(was.severity / was.confidence, abs=1e-3)
    assert annotate(["h"], texts, vectors, examples, said=[None]) == [was]
