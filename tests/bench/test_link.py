import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import main
from bench.link import order_quality, read_pairs, run, vectors_of
from bench.link_fit import NAMES, fit_pairs
from groundswell.errors import IngestError
from models.linking.link_foresight import calibration_error

THINGS = ("dark mode", "rota export", "shift swap", "offline sync", "login crash", "pdf invoice")


def write(
    path: Path, rows: Sequence[Sequence[object]], columns: str = "query,doc,relevant"
) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns.split(","), *rows])
    return path


def vectors(path: Path, data: Path) -> Path:
    """Give every text the sum of its words' axes."""
    groups = [*read_pairs(data)]
    texts = sorted({text for group in groups for text in (*group.queries, *group.docs)})
    words = sorted({word for text in texts for word in text.split()})
    rows = np.array([[0.1 + (word in text.split()) for word in words] for text in texts])
    np.save(path, rows / np.linalg.norm(rows, axis=1, keepdims=True))
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Write a query for each thing, which its own doc meets, and queries that nothing meets."""
    rows = [(f"we need {thing} please", f"{thing} is there", 1) for thing in THINGS[:4]]
    rows += [(f"we need {thing} please", "", 0) for thing in THINGS[4:]]
    rows += [("", f"number {n} was mended", 0) for n in range(40)]
    data = write(tmp_path / "pairs.csv", rows)
    return ["--data", str(data), "--vectors", str(vectors(tmp_path / "vectors.npy", data))]


def test_matches_are_found_and_the_probabilities_hold(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["link", *files]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["queries"], result["docs"], result["matches"]) == (6, 44, 4)
    assert result["map"] == result["hit@3"] == result["precision_at_recall_70"] == 1.0
    assert result["sure"] == 4
    assert result["ece"] < 0.1
    assert {"map_cosine", "hit@3_bm25", "precision_at_recall_70_bm25"} <= set(result)


def test_order_is_judged_as_worked_out() -> None:
    # first query: matches at places 1 and 3 of 4, (1/1 + 2/3) / 2; second: at place 4, 1/4
    scores = [np.array([[0.9, 0.8, 0.7, 0.1], [0.6, 0.5, 0.4, 0.3]])]
    relevant = [np.array([[True, False, True, False], [False, False, False, True]])]
    quality = order_quality(scores, relevant)
    assert quality["map"] == round((5 / 6 + 1 / 4) / 2, 4)
    assert quality["hit@3"] == 0.5
    # all pairs: the third match of three is the seventh pair
    assert quality["precision_at_recall_70"] == round(3 / 7, 4)


def test_equal_scores_come_in_together() -> None:
    relevant = [np.array([[True, False, False, False]])]
    assert order_quality([np.zeros((1, 4))], relevant)["precision_at_recall_70"] == 0.25


def test_calibration_is_the_distance_in_each_bin() -> None:
    # bin .2-.3: two pairs, mean .25, none true; bin .9-1: two pairs, mean .95, both true
    probability = np.array([0.2, 0.3 - 1e-9, 0.9, 1.0])
    true = np.array([False, False, True, True])
    assert calibration_error(probability, true) == pytest.approx((0.5 * 0.25) + (0.5 * 0.05))


def test_a_query_with_zeros_is_asked_about_its_own_docs_alone(tmp_path: Path) -> None:
    rows = [("a", "x", 1), ("a", "y", 0), ("b", "x", 1), ("c", "", 0), ("", "z", 0)]
    groups = {tuple(g.queries): g for g in read_pairs(write(tmp_path / "pairs.csv", rows))}
    assert groups["a",].docs == ["x", "y"]
    assert groups["b", "c"].docs == ["x", "y", "z"]
    assert groups["b", "c"].relevant.tolist() == [[True, False, False], [False, False, False]]


def test_the_halves_share_no_query(tmp_path: Path) -> None:
    data = write(tmp_path / "pairs.csv", [(f"q{n}", f"d{n}", 1) for n in range(40)])
    halves = [
        {query for group in read_pairs(data, half=half) for query in group.queries}
        for half in ("fitted", "kept")
    ]
    assert halves[0].isdisjoint(halves[1])
    assert len(halves[0] | halves[1]) == 40
    assert min(map(len, halves)) > 10


def test_requests_are_put_beside_the_line_that_met_them_without_its_number(tmp_path: Path) -> None:
    columns = "title,state,mentioned_version,mentioned_feature"
    requests = write(
        tmp_path / "requests.csv",
        [
            ("Dark mode #123", "closed", "v2", "Dark Mode (#123)"),
            ("Swap shifts", "open", "", ""),
            ("Old thing", "closed", "", ""),
            ("Export", "closed", "v2", "Not among the features"),
        ],
        columns,
    )
    features = write(tmp_path / "f.csv", [["Dark mode (#123)"], ["Dark Mode"], ["Rota"]], "feature")
    out = tmp_path / "out.csv"
    assert run(["--build", str(requests), str(features), str(out)]) == {
        "queries": 2,
        "docs": 2,
        "matches": 1,
    }
    assert "123" not in out.read_text(encoding="utf-8")
    (group,) = read_pairs(out)
    assert group.queries == ["Dark mode", "Swap shifts"]
    assert group.relevant.sum() == 1


def test_of_half_the_titles_the_description_is_left_out(tmp_path: Path) -> None:
    rows = [(f"title {n}", f"description {n} " * 5) for n in range(60)]
    items, out = write(tmp_path / "items.csv", rows, "title,text"), tmp_path / "out.csv"
    told = run(["--titles", str(items), str(out)])
    assert told["queries"] == 60
    assert 15 < told["matches"] == told["docs"] < 45


def test_the_fit_finds_that_the_shared_words_tell(files: list[str]) -> None:
    asked = [*read_pairs(Path(files[1]))]
    fitted = fit_pairs([(asked, vectors_of(asked, Path(files[3])))])
    assert set(NAMES) < set(fitted)
    # in this file the words alone tell which doc it is; the cosine follows from them
    assert min(fitted["letters"], fitted["words"]) > 0.0


@pytest.mark.parametrize(
    ("rows", "columns", "told"),
    [
        ([("a", "x", 1)], "query,doc,match", "no column relevant"),
        ([("a", "x", "yes")], "query,doc,relevant", r"pairs.csv:2: relevant is 'yes'"),
        ([("a", "x", 0)], "query,doc,relevant", "no query has a doc with relevant 1"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    tmp_path: Path, rows: list[tuple[object, ...]], columns: str, told: str
) -> None:
    with pytest.raises(IngestError, match=told):
        [*read_pairs(write(tmp_path / "pairs.csv", rows, columns))]
