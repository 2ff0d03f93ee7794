"""Who is erased leaves no trace: the store is that of a twin that never knew them."""

import gzip
import io
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.nightly import NIGHTLY
from tests.promises.canaries import hits, hits_below, hits_held_open
from tests.promises.forgetting import CANARIES, Place

SAME = 0.98
"""Cosine from which two vectors say the same."""


@dataclass(frozen=True, slots=True)
class Lived:
    """Two installations after a run, decisions, another run, an erasure and a run."""

    erased: Place
    twin: Place
    before: Path
    """A copy of the first one's store before the erasure."""
    temp: Path


def live(folder: Path, seed: int, *, late: bool = False) -> Lived:
    """Let two installations live.

    Parameters
    ----------
    late
        They write after needs were found and numbered first, and are then in what is found anew.
        Numbers stay: found first with them, needs can have other ones than without.
    """
    erased = Place(folder / "erased", str(folder / "erased" / "groundswell.db"), seed, True, late)
    twin = Place(folder / "twin", str(folder / "twin" / "groundswell.db"), seed, False, late)
    temp, before = folder / "temp", folder / "before.db"
    temp.mkdir()
    home, kept = Path.cwd(), tempfile.tempdir
    tempfile.tempdir = str(temp)
    try:
        for place in (erased, twin):
            place.folder.mkdir()
            place.write_inputs(cleaned=late)
            place.run(0)
            place.write_inputs()
            place.decide()
            place.run(1, "retrain" if late else "refresh")
            if place.with_zoe:
                shutil.copy(place.database, before)
            assert place.erase() is not None
            place.write_inputs(cleaned=True)
            place.run(4)
    finally:
        tempfile.tempdir = kept
        os.chdir(home)
    return Lived(erased, twin, before, temp)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("lived")
    yield live(folder, seed=1)
    shutil.rmtree(folder)


def require_equal(lived: Lived, folder: Path) -> None:
    ours, theirs = lived.erased.files(), lived.twin.files()
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert {"report/report.html", "report/ideas.xlsx"} <= set(ours)
    assert any(name.startswith("registry/themes-model") for name in ours)
    assert lived.erased.dump(folder / "a.db") == lived.twin.dump(folder / "b.db")


def test_store_models_and_reports_are_as_if_they_had_never_been_there(
    lived: Lived, tmp_path: Path
) -> None:
    require_equal(lived, tmp_path)


@pytest.mark.skipif(not NIGHTLY, reason="a minute for each seed; GROUNDSWELL_NIGHTLY=1 does them")
@pytest.mark.parametrize("seed", range(2, 11))
def test_so_they_are_with_other_data(seed: int, tmp_path: Path) -> None:
    require_equal(live(tmp_path, seed, late=True), tmp_path)


def test_no_byte_of_them_is_left_anywhere(lived: Lived) -> None:
    assert hits_below(lived.erased.folder, CANARIES) == {}
    assert hits_below(lived.temp, CANARIES) == {}
    assert hits_held_open(CANARIES) == {}


def test_the_scan_finds_what_was_there_before(lived: Lived) -> None:
    never = {"name", "e-mail", "phone", "author", "account"}  # replaced before anything is kept
    assert hits(lived.before.read_bytes(), CANARIES) >= CANARIES.keys() - never


@pytest.mark.parametrize("name", CANARIES)
def test_the_scan_finds_each_word_however_it_is_packed(name: str) -> None:
    plain = f"before {CANARIES[name]} after".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", plain)
    for data in (plain, gzip.compress(plain), packed.getvalue(), gzip.compress(packed.getvalue())):
        assert hits(data, {name: CANARIES[name]}) == {name}


def test_no_vector_is_like_one_of_theirs_that_the_twin_has_not(lived: Lived) -> None:
    gone = set(_vectors(lived.before)) - set(_vectors(Path(lived.erased.database)))
    theirs = np.array([_vectors(lived.before)[key] for key in sorted(gone)], np.float32)
    assert len(theirs) > 3
    twin = _vectors(Path(lived.twin.database))
    for key, vector in _vectors(Path(lived.erased.database)).items():
        assert key in twin or (theirs @ np.asarray(vector, np.float32)).max() < SAME


def _vectors(database: Path) -> dict[str, np.ndarray]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT text_hash, vector FROM vector").fetchall()
    return {key: np.frombuffer(vector, np.float16) for key, vector in rows}
