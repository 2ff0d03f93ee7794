"""In which order and in which words changes of themes are told."""

from collections.abc import Iterable, Sequence

from groundswell.domain import ThemeChange, ThemeChangeKind

ORDER: tuple[ThemeChangeKind, ...] = (
    "split",
    "merged",
    "born",
    "retired",
    "drifted",
    "grew",
    "shrank",
)
"""What changes the list of themes comes before what changes a theme."""


def in_order(changes: Iterable[ThemeChange]) -> tuple[ThemeChange, ...]:
    """Return changes by kind, then by size, before or now, the largest first, then by id."""

    def place(change: ThemeChange) -> tuple[int, float, tuple[int, ...]]:
        figures = dict(change.figures)
        size = max(figures.get("before", 0.0), figures.get("now", 0.0))
        return ORDER.index(change.kind), -size, change.earlier_ids + change.theme_ids

    return tuple(sorted(changes, key=place))


def statements(number: float) -> str:
    """Return a number of statements in words."""
    return f"{number:,.0f} statement" + ("" if number == 1 else "s")


def quoted(label: str) -> str:
    """Return a label as it stands in a sentence."""
    return f"“{label}”"


def listed(names: Sequence[str]) -> str:
    """Join names as a sentence does; none are an empty text."""
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)
