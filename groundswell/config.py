"""The settings of one installation, read once from ``config.toml`` at the edge of the program.

Every default stands here and, with its meaning, in the shipped ``config.toml``; a test compares
the two. A setting can be overridden by an environment variable with two underscores between
section and key: ``GROUNDSWELL__STORE__URL=postgresql://...`` keeps a password out of the file.
"""

import os
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, model_validator

from groundswell.backup_config import BackupConfig
from groundswell.errors import ConfigError
from groundswell.handover_config import GithubConfig, HandoverConfig, JiraConfig, LinearConfig
from groundswell.models_config import ModelsConfig
from groundswell.operating_config import (
    AlertsConfig,
    ClusterConfig,
    LoggingConfig,
    ScheduleConfig,
)
from groundswell.privacy_config import PrivacyConfig
from groundswell.section import LocalPath, Positive, Section, Share, Weight
from groundswell.source_config import SourceConfig, SourceKind
from groundswell.web_config import WebConfig
from groundswell.webhook_config import WebhookConfig

__all__ = [
    "ClusterConfig",
    "Config",
    "PrivacyConfig",
    "ScheduleConfig",
    "SourceConfig",
    "SourceKind",
    "load_config",
]

ENVIRONMENT_PREFIX = "GROUNDSWELL__"


class StoreConfig(Section):
    """``[store]``."""

    path: LocalPath = Path("data/groundswell.db")
    url: SecretStr = SecretStr("")
    """``postgresql://user:password@host/name``; empty: the SQLite file at `path`."""

    @property
    def database(self) -> str:
        """What `groundswell.store.open_store` opens: the URL, or else the path."""
        return self.url.get_secret_value() or str(self.path)


class EmbeddingConfig(Section):
    """``[embedding]``."""

    model: str = "all-MiniLM-L6-v2"
    backend: Literal["auto", "onnx-int8", "torch"] = "auto"
    cache: LocalPath = Path("data/models")
    threads: Annotated[int, Field(ge=0)] = 0


class ThemesConfig(Section):
    """``[themes]``."""

    neighbours: Annotated[int, Field(ge=2, le=200)] = 40
    min_statements: Annotated[int, Field(ge=2)] = 8
    certified_stability: Share = 0.5
    refit_growth: Positive = 0.2
    refit_left_out: Share = 0.1


class EmergingConfig(Section):
    """``[emerging]``."""

    sensitivity: Literal["low", "normal", "high"] = "normal"
    incident_days: Annotated[int, Field(ge=4)] = 14
    need_days: Annotated[int, Field(ge=28)] = 90
    rate_ratio: Annotated[float, Field(gt=1)] = 1.5
    probability: Annotated[float, Field(gt=0.5, lt=1)] = 0.90
    min_voices: Annotated[int, Field(ge=1)] = 5
    fdr: Annotated[float, Field(gt=0, lt=1)] = 0.10


class NamingConfig(Section):
    """``[naming]``."""

    enabled: bool = False
    url: str = "http://127.0.0.1:11434/v1"
    model: str = ""
    key_variable: str = ""
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    total_seconds: Positive = 300.0
    max_calls: Annotated[int, Field(ge=1, le=10_000)] = 200
    max_snippets: Annotated[int, Field(ge=2, le=20)] = 20

    @model_validator(mode="after")
    def _a_model_is_named(self) -> "NamingConfig":
        if self.enabled and not self.model:
            raise ValueError(
                "[naming] is enabled without a model; name one, or set enabled = false"
            )
        return self


class Pillar(Section):
    """One thing that the strategy wants."""

    text: Annotated[str, Field(min_length=1)]
    weight: Positive = 1.0


class RankingConfig(Section):
    """``[ranking]``."""

    strategy: str = "balanced"
    strategies: Mapping[str, Mapping[str, Weight]] = {}
    """Strategy of the operator's own to weight by criterion."""
    as_of: Annotated[date, Field(strict=False)] | Literal["newest"] = "newest"
    half_life_days: Positive = 90.0
    min_membership: Share = 0.15
    segment_weight_trim: tuple[Positive, Positive] = Field(default=(0.2, 5.0), strict=False)
    draws: Annotated[int, Field(ge=100, le=100_000)] = 1000
    interval: Annotated[float, Field(gt=0, lt=1)] = 0.80
    tier_probability: Annotated[float, Field(ge=0.5, lt=1)] = 0.80
    missing_drop_share: Share = 0.70
    weights_sd: Weight = 0.05
    link_probability: Share = 0.5
    signal_probability: Share = 0.2
    return_factor: Annotated[float, Field(ge=1)] = 2.0
    solutions: bool = False
    pillars: Annotated[tuple[Pillar, ...], Field(strict=False)] = ()
    seed: int = 20240601


class MoneyConfig(Section):
    """``[money]``."""

    currency: str = "EUR"
    churn_uplift: Share = 0.03
    win_back: Share = 0.10
    effectiveness: tuple[Positive, Positive] = Field(default=(2.0, 2.0), strict=False)
    cost_per_ticket: Positive | None = None
    day_rate: Positive | None = None


class EffortConfig(Section):
    """``[effort]``."""

    min_similarity: Share = 0.35
    class_prior: Positive = 2.0
    cold_factor: Annotated[float, Field(gt=1)] = 3.0
    cold_days: Positive = 8.0
    conformal_min: Annotated[int, Field(ge=5)] = 20


class PlanConfig(Section):
    """``[plan]``."""

    value: Literal["priority", "money"] = "priority"
    buffer: Annotated[float, Field(ge=0, lt=1)] = 0.20
    discount: Annotated[float, Field(gt=0, le=1)] = 0.90
    releases: Annotated[tuple[str, ...], Field(strict=False)] = ()
    min_share_problems: Share = 0.20
    min_share: Mapping[str, Share] = {}
    """Area or type of the backlog to the least share of the planned days."""
    budget: Positive | None = None
    max_overrun: Annotated[float, Field(gt=0, lt=1)] = 0.20
    gap: Annotated[float, Field(ge=0, lt=1)] = 0.01
    time_limit_seconds: Positive = 20.0


class ReportConfig(Section):
    """``[report]``."""

    folder: LocalPath = Path("data/report")
    title: str = "What to build next"
    ideas: Annotated[int, Field(ge=1, le=200)] = 50
    quotes: Annotated[int, Field(ge=1, le=20)] = 5


class Config(Section):
    """All of ``config.toml``."""

    store: StoreConfig = StoreConfig()
    sources: Annotated[tuple[SourceConfig, ...], Field(strict=False)] = ()
    privacy: PrivacyConfig = PrivacyConfig()
    embedding: EmbeddingConfig = EmbeddingConfig()
    themes: ThemesConfig = ThemesConfig()
    models: ModelsConfig = ModelsConfig()
    emerging: EmergingConfig = EmergingConfig()
    naming: NamingConfig = NamingConfig()
    ranking: RankingConfig = RankingConfig()
    money: MoneyConfig = MoneyConfig()
    effort: EffortConfig = EffortConfig()
    plan: PlanConfig = PlanConfig()
    report: ReportConfig = ReportConfig()
    handover: HandoverConfig = HandoverConfig()
    jira: JiraConfig = JiraConfig()
    linear: LinearConfig = LinearConfig()
    github: GithubConfig = GithubConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    cluster: ClusterConfig = ClusterConfig()
    backup: BackupConfig = BackupConfig()
    alerts: AlertsConfig = AlertsConfig()
    logging: LoggingConfig = LoggingConfig()
    web: WebConfig = WebConfig()
    webhooks: Annotated[tuple[WebhookConfig, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _entries_have_names_of_their_own(self) -> "Config":
        for table, entries in (("sources", self.sources), ("webhooks", self.webhooks)):
            names = [entry.name for entry in entries]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"two [[{table}]] are called {', '.join(twice)}; rename one")
        return self


def load_config(path: str | Path) -> Config:
    """Read and check the settings.

    Raises
    ------
    ConfigError
        Names the file, the key, the value found and what would be accepted.
    """
    path = Path(path).absolute()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file; write one with 'groundswell init EXPORT',"
            " or name yours with --config"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    _override(values, os.environ)
    try:
        return Config.model_validate(values, context={"root": path.parent})
    except ValidationError as error:
        raise ConfigError(f"{path}: {_one_line(error)}") from None


def _override(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    for name, text in sorted(environment.items()):
        section, _, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if name.startswith(ENVIRONMENT_PREFIX) and key:
            values.setdefault(section, {})[key] = _toml_value(text)


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _one_line(error: ValidationError) -> str:
    problems = []
    for problem in error.errors():
        key = ".".join(map(str, problem["loc"]))
        if problem["type"] == "extra_forbidden":
            problems.append(f"{key}: no such setting{_nearest(key)}")
        elif key:
            problems.append(f"{key} = {problem['input']!r}: {problem['msg']}")
        else:
            problems.append(problem["msg"].removeprefix("Value error, "))
    return "; ".join(problems)


LISTS: Mapping[str, type[Section]] = {"sources": SourceConfig, "webhooks": WebhookConfig}
"""What may stand more than once, by its name."""


def _nearest(key: str) -> str:
    from difflib import get_close_matches

    *above, name = key.split(".")
    kind: Any = Config
    for part in above:
        if part in LISTS:
            kind = LISTS[part]
            break
        field = getattr(kind, "model_fields", {}).get(part)
        kind = None if field is None else field.annotation
    known = list(getattr(kind, "model_fields", {}))
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}"
