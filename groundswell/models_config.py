"""The table of ``config.toml`` about versions of models."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from groundswell.section import Section, Share, beside_config


def _place(place: str, info: ValidationInfo) -> str:
    return place if "://" in place else str(beside_config(Path(place), info))


class ModelsConfig(Section):
    """``[models]``."""

    registry: Annotated[str, AfterValidator(_place), Field(min_length=1)] = "data/registry"
    promote: Literal["gates", "person"] = "gates"
    retrain_decisions: Annotated[int, Field(ge=0)] = 50
    churn_statements: Share = 0.25
    churn_ideas: Share = 0.4
