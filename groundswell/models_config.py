"""The table of ``config.toml`` about versions of models."""

from typing import Annotated, Literal

from pydantic import Field

from groundswell.section import Place, Section, Share


class ModelsConfig(Section):
    """``[models]``."""

    registry: Place = "data/registry"
    promote: Literal["gates", "person"] = "gates"
    retrain_decisions: Annotated[int, Field(ge=0)] = 50
    churn_statements: Share = 0.25
    churn_ideas: Share = 0.4
