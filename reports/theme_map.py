"""The theme map: near circles are needs expressed alike, area is the number of voices.

It is drawn once for a wide and once for a narrow page, because text in a drawing shrinks with
it; the style sheet shows one of the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from markupsafe import Markup

from groundswell.report import ThemeSummary
from reports.inert import one_line
from reports.svg import element

AREA_COLOURS = 8
"""Areas with a colour of their own; all further ones share the last class."""

_CHARACTER = 7.4  # width of a character in pixels at 12 px, of the widest common system font
_LINE = 15.0
_LONGEST = 30  # characters of a label
_LABEL_EVERY = 36  # pixels of width for each label that is tried
_ROOM = 44.0  # free edge around the circles


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)

    def within(self, other: "_Box") -> bool:
        inside = self.left >= other.left and self.right <= other.right
        return inside and self.top >= other.top and self.bottom <= other.bottom


@dataclass(frozen=True, slots=True)
class _Circle:
    theme: ThemeSummary
    x: float
    y: float
    r: float

    @property
    def box(self) -> _Box:
        return _Box(self.x - self.r, self.y - self.r, self.x + self.r, self.y + self.r)


def theme_map(themes: Sequence[ThemeSummary], width: int, height: int) -> Markup:
    """Draw the map in a box of `width` by `height` pixels."""
    circles = _circles(themes, width, height)
    classes = area_classes(themes)
    wide = width > 600
    drawn = [
        element(
            "circle",
            *(_tooltip(circle.theme) if wide else ()),
            class_=classes[circle.theme.area],
            cx=round(circle.x, 1),
            cy=round(circle.y, 1),
            r=round(circle.r, 1),
        )
        for circle in circles
    ]
    return element(
        "svg",
        element("title", f"Map of {len(themes)} themes"),
        element("desc", "The area of a circle is its number of voices; the table has the same."),
        *drawn,
        *_labels(circles, width, height),
        class_="wide" if wide else "narrow",
        viewBox=f"0 0 {width} {height}",
        role="img",
    )


def area_classes(themes: Sequence[ThemeSummary]) -> dict[str, str]:
    """Return a colour class per area, ``a0`` for the one with most voices."""
    voices: dict[str, int] = {}
    for theme in themes:
        voices[theme.area] = voices.get(theme.area, 0) + theme.voices
    order = sorted(voices, key=lambda area: (-voices[area], area))
    return {area: f"a{min(i, AREA_COLOURS - 1)}" for i, area in enumerate(order)}


def legend(themes: Sequence[ThemeSummary]) -> list[tuple[str, str]]:
    """Return (colour class, name) of each area; those that share a class share a line."""
    names: dict[str, list[str]] = {}
    for area, name in area_classes(themes).items():
        names.setdefault(name, []).append(area or "no area")
    return [
        (name, areas[0] if len(areas) == 1 else f"{len(areas)} smaller areas")
        for name, areas in names.items()
    ]


def _tooltip(theme: ThemeSummary) -> tuple[Markup]:
    return (element("title", f"{one_line(theme.label)}: {theme.voices} voices"),)


def _circles(themes: Sequence[ThemeSummary], width: int, height: int) -> list[_Circle]:
    """Place the circles, largest first, so that small ones lie on top."""
    order = sorted(themes, key=lambda theme: (-theme.voices, theme.theme_id))
    most = max((theme.voices for theme in themes), default=1) or 1
    largest = min(width, height) / 11
    return [
        _Circle(
            theme,
            _spread(theme.x, [t.x for t in themes], width),
            height - _spread(theme.y, [t.y for t in themes], height),
            max(3.0, largest * sqrt(theme.voices / most)),
        )
        for theme in order
    ]


def _spread(value: float, values: Sequence[float], length: float) -> float:
    """Map the range in use onto the drawing."""
    low, high = min(values), max(values)
    inside = (value - low) / (high - low) if high > low else 0.5
    return _ROOM + inside * (length - 2 * _ROOM)


def _labels(circles: Sequence[_Circle], width: int, height: int) -> list[Markup]:
    """Label the largest first, each where it covers no other label and no large circle."""
    page = _Box(2, 2, width - 2, height - 2)
    large = [circle.box for circle in circles[: max(12, len(circles) // 4)]]
    taken: list[_Box] = []
    labels: list[Markup] = []
    for circle in circles:
        if len(labels) == width // _LABEL_EVERY:
            break
        text = _shortened(circle.theme.label)
        others = [box for box in large if box != circle.box]
        for anchor, box in _places(circle, len(text) * _CHARACTER):
            in_the_way = taken if anchor == "inside" else taken + others
            if box.within(page) and not any(box.meets(other) for other in in_the_way):
                taken.append(box)
                labels.append(_label(text, anchor, box))
                break
    return labels


def _places(circle: _Circle, width: float) -> list[tuple[str, _Box]]:
    """Return where a label may stand, best first, with the side its text is anchored at."""
    x, y, r = circle.x, circle.y, circle.r
    half, gap = width / 2, _LINE / 2 + 1
    centres = (
        ("middle", x, y - r - gap),
        ("middle", x, y + r + gap),
        ("start", x + r + half + 3, y),
        ("end", x - r - half - 3, y),
        ("inside", x, y),
    )
    return [
        (anchor, _Box(cx - half, cy - _LINE / 2, cx + half, cy + _LINE / 2))
        for anchor, cx, cy in centres
    ]


def _label(text: str, anchor: str, box: _Box) -> Markup:
    x = {"start": box.left, "end": box.right}.get(anchor, (box.left + box.right) / 2)
    side = anchor if anchor in ("start", "end") else None
    return element("text", text, text_anchor=side, x=round(x, 1), y=round(box.bottom - 4, 1))


def _shortened(label: str) -> str:
    text = one_line(label)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
