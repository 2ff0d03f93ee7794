"""Parts of versions are there whole and unchanged, or not at all, wherever they lie."""

from pathlib import Path

import pytest

from groundswell.domain import ModelVersion
from groundswell.errors import ModelError, StoreError
from groundswell.model_files import ModelFiles


@pytest.fixture(params=["folder", "memory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> ModelFiles:
    if request.param == "folder":
        return ModelFiles(str(tmp_path / "registry"))
    return ModelFiles(f"memory://{tmp_path.name}")


def version(files: ModelFiles, data: bytes = b"arrays") -> ModelVersion:
    kept = {"model.safetensors": files.put("themes", "model.safetensors", data)}
    return ModelVersion("themes", 1, "e", "f", 1, {}, files=kept)


def test_a_part_comes_back_as_it_was_put(files: ModelFiles) -> None:
    made = version(files)
    assert files.get(made, "model.safetensors") == b"arrays"
    assert files.size(made) == 6
    assert version(files) == made


def test_a_part_that_is_gone_is_told_with_what_would_do(files: ModelFiles) -> None:
    other = ModelFiles(files.place + "-elsewhere")
    with pytest.raises(ModelError, match=r"themes-model-\w{16}.safetensors: .*retrain"):
        other.get(version(files), "model.safetensors")


def test_parts_are_copied(files: ModelFiles, tmp_path: Path) -> None:
    made, other = version(files), ModelFiles(str(tmp_path / "other"))
    files.copy(made, other)
    assert other.get(made, "model.safetensors") == b"arrays"


def test_a_changed_part_is_refused(tmp_path: Path) -> None:
    files = ModelFiles(str(tmp_path))
    made = version(files)
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"arrayz")
    with pytest.raises(ModelError, match="was changed"):
        files.get(made, "model.safetensors")


def test_where_nothing_can_be_written_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        version(ModelFiles(str(tmp_path / "file")))
    with pytest.raises(StoreError, match="cannot be written"):
        version(ModelFiles("nosuchscheme://bucket/models"))
