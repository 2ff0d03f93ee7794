"""Verdicts on themes, as a replayed log gives them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from groundswell.domain import Signature, ThemeVerdict

AT = datetime(2026, 6, 1, tzinfo=UTC)


def merged(theme_id: int, into: int, *, number: int) -> ThemeVerdict:
    signed = {"merged_into": Signature(number, "Ana", AT, "")}
    return ThemeVerdict(theme_id, merged_into=f"theme-{into}", version=number, signed=signed)


def retired(theme_id: int, *, number: int) -> ThemeVerdict:
    signed = {"retired": Signature(number, "Ana", AT, "")}
    return ThemeVerdict(theme_id, retired=True, version=number, signed=signed)


def split(
    theme_id: int,
    source: int,
    examples: Mapping[str, bool],
    *,
    label: str | None = None,
    number: int = 7,
) -> ThemeVerdict:
    holds = {statement: (belongs, number) for statement, belongs in examples.items()}
    signed = {"split_from": Signature(number, "Ana", AT, "")}
    return ThemeVerdict(
        theme_id,
        label=label,
        split_from=f"theme-{source}",
        holds=holds,
        version=number,
        signed=signed,
    )
