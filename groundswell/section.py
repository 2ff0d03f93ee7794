"""What every table of ``config.toml`` is: immutable, typed, strict."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo


def beside_config(path: Path, info: ValidationInfo) -> Path:
    """Return a path that starts at the folder of config.toml."""
    return Path(info.context["root"], path) if info.context else path


def _place_beside_config(place: str, info: ValidationInfo) -> str:
    return place if "://" in place else str(beside_config(Path(place), info))


# A worker runs in a directory of its own, so a relative path starts at config.toml.
LocalPath = Annotated[Path, Field(strict=False), AfterValidator(beside_config)]
Place = Annotated[str, AfterValidator(_place_beside_config), Field(min_length=1)]
"""A folder, or an address that fsspec knows such as ``s3://bucket/folder``."""
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Weight = Annotated[float, Field(ge=0)]


class Section(BaseModel):
    """A table of ``config.toml``: immutable, and a misspelt key is an error."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        validate_default=True,  # a default path, too, starts at config.toml
        revalidate_instances="always",
    )
