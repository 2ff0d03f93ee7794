"""One thing that was looked at in an installation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from groundswell.config import Config

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    found: str
    remedy: str = ""
    """What would do; empty where nothing need be done."""


Look = Callable[[Config], Iterator[Check]]
