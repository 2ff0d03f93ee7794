"""Our import names are generic words, so prove that nothing else claims them."""

import os
import tomllib
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from shutil import copy2, copytree
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel of this tree."""
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")))
    with ZipFile(path) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("name", PACKAGES)
def test_import_name_is_ours_alone(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"groundswell"}
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None, f"{name} is a bare folder, not our package"
    assert Path(spec.origin).is_relative_to(ROOT)


def test_no_flow_module_hides_a_package() -> None:
    # A flow loaded by its path has its folder first on sys.path.
    modules = {path.stem for path in (ROOT / "flows").iterdir()}
    assert modules.isdisjoint(PACKAGES)


def test_no_test_folder_is_a_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_wheel_holds_every_file_that_a_package_needs(wheel: set[str]) -> None:
    needed = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert needed <= wheel
    assert {f"{package}/py.typed" for package in PACKAGES} <= wheel
    assert "reports/templates/report.html" in wheel
    assert any(name.startswith("groundswell/store/migrations/versions/") for name in wheel)


def test_wheel_holds_nothing_else(wheel: set[str]) -> None:
    assert {name.split("/")[0] for name in wheel if ".dist-info" not in name} == set(PACKAGES)


def test_two_builds_of_a_wheel_are_equal_to_the_byte(tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    for name in (*PACKAGES, "pyproject.toml", "README.md", "LICENSE"):
        whole = ROOT / name
        (copytree if whole.is_dir() else copy2)(whole, _in(copy, name))
    for path in copy.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))  # made on another day
    first, second = (
        next(WheelBuilder(str(root)).build(directory=str(tmp_path / name)))
        for root, name in ((ROOT, "first"), (copy, "second"))
    )
    assert Path(first).read_bytes() == Path(second).read_bytes()


def _in(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    return folder / name


def test_nobody_uploads_it_by_mistake() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_every_dependency_is_pinned_once_in_constraints() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==")[0] for line in lines]
    assert lines == sorted(lines)
    assert len(pins) == len(set(pins))
    wanted = [*PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted += extra
    names = {requirement_name(text) for text in wanted} - {"groundswell"}  # one of its own extras
    assert names <= set(pins)


def test_torch_is_pinned_alike_in_both_places() -> None:
    # A looser or other version brings gigabytes of CUDA.
    (pin,) = [text for text in PROJECT["project"]["dependencies"] if text.startswith("torch==")]
    assert pin in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


def requirement_name(text: str) -> str:
    return Requirement(text).name.lower().replace("_", "-").replace(".", "-")
