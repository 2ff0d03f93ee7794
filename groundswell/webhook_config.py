"""One ``[[webhooks]]`` entry of ``config.toml``: who is told of what, and how."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from groundswell.event_kinds import EVENTS, EventKind
from groundswell.section import Section


class WebhookConfig(Section):
    """One ``[[webhooks]]`` entry."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    form: Literal["json", "slack"] = "json"
    events: Annotated[tuple[EventKind, ...], Field(strict=False, min_length=1)] = EVENTS
    url: Annotated[str, Field(pattern=r"^(https?://[^\s]+)?$")] = ""
    url_variable: str = ""
    """Name of the environment variable that holds the address, where that is itself a secret."""
    secret_variable: str = ""
    """Name of the environment variable that holds the key of the signature: ``whsec_...``."""
    allow_hosts: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """``host:port`` that may be reached without https and inside the own network."""

    @model_validator(mode="after")
    def _has_one_address_and_a_key(self) -> "WebhookConfig":
        if bool(self.url) == bool(self.url_variable):
            raise ValueError(f"[[webhooks]] {self.name}: give it either url or url_variable")
        if self.form == "json" and not self.secret_variable:
            raise ValueError(
                f"[[webhooks]] {self.name}: secret_variable names no variable; the receiver needs"
                " the signature ('groundswell webhooks secret' prints a new key)"
            )
        return self
