"""The theme map: near circles are needs expressed alike, area is the number of voices.

It is drawn once for a wide and once for a narrow page, because text in a drawing shrinks with
it; the style sheet shows one of the two. A place is drawn where the layout says, whatever other
themes there are, so that a theme is found again in the next report.
"""

from collections.abc import Sequence
from math import pi, sqrt

from markupsafe import Markup

from groundswell.report import ThemeSummary
from reports import figures
from reports.inert import one_line
from reports.map_labels import LINE_HEIGHT, MARGIN, Box, Circle, Label, place_labels
from reports.svg import element

AREA_COLOURS = 8
"""Areas with a colour of their own; all further ones share the last class."""

_LARGEST = 11  # the largest radius goes at least so often into the map's shorter side
_COVERED = 0.12  # share of the map under circles, at most: more would lie on one another
_SMALLEST = 3.0  # pixels of radius
_EDGE = 12.0  # pixels that no circle reaches, so that marks do not leave the map either
_NAMED = 3  # themes that the description names


def theme_map(themes: Sequence[ThemeSummary], width: int, height: int) -> Markup:
    """Draw the map in a box of `width` by `height` pixels.

    Labels neither meet each other nor any circle but their own, the most voiced come first; a
    theme without room for one is named by its tooltip and the table.
    """
    order = sorted(themes, key=lambda theme: (-theme.voices, theme.theme_id))
    circles = _circles(order, width, height)
    classes = area_classes(themes)
    wide = width > 600
    labels = place_labels(circles, width, height)
    return element(
        "svg",
        element("title", f"Map of {len(themes)} themes"),
        element("desc", _description(order)),
        *(
            _drawn_circle(circle, theme, classes[theme.area], _tooltip(theme) if wide else ())
            for circle, theme in zip(circles, order, strict=True)
        ),
        *_drawn_leaders(labels),
        *(_drawn_mark(circle.mark) for circle in circles if circle.marked),
        *(_drawn_label(label) for label in labels),
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


def _description(order: Sequence[ThemeSummary]) -> str:
    most = [f"{one_line(theme.label)} ({theme.voices})" for theme in order[:_NAMED]]
    rising = [one_line(theme.label) for theme in order if theme.rises]
    more = f" and {len(rising) - _NAMED} more" if len(rising) > _NAMED else ""
    sentences = (
        "The area of a circle is its number of voices; the table has the same.",
        f"Most voices: {', '.join(most)}." if most else "",
        f"Rising: {', '.join(rising[:_NAMED])}{more}." if rising else "",
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _circles(order: Sequence[ThemeSummary], width: int, height: int) -> list[Circle]:
    """Place the circles, largest first, so that small ones lie on top."""
    most = max((theme.voices for theme in order), default=1) or 1
    together = max(1.0, sum(theme.voices for theme in order) / most)  # in largest circles
    limit = min(width, height) / _LARGEST
    largest = min(limit, sqrt(_COVERED * width * height / pi / together))
    edge = limit + _EDGE
    return [
        Circle(
            theme.label,
            edge + _share(theme.x) * (width - 2.0 * edge),
            edge + (1.0 - _share(theme.y)) * (height - 2.0 * edge),
            max(_SMALLEST, largest * sqrt(theme.voices / most)),
            marked=bool(theme.rises),
        )
        for theme in order
    ]


def _share(place: float) -> float:
    """Return how far along the map a place is, 0 to 1."""
    return (min(max(place, -1.0), 1.0) + 1.0) / 2.0


def _tooltip(theme: ThemeSummary) -> tuple[Markup]:
    voices = f"{figures.count(theme.voices)} voice{'' if theme.voices == 1 else 's'}"
    states = ("rising" if theme.rises else "", _state(theme))
    says = ", ".join(word for word in (voices, *states) if word)
    return (element("title", f"{one_line(theme.label)}: {says}"),)


def _state(theme: ThemeSummary) -> str:
    return theme.state if theme.state == "provisional" else ""


def _drawn_circle(
    circle: Circle, theme: ThemeSummary, area: str, tooltip: tuple[Markup, ...]
) -> Markup:
    return element(
        "circle",
        *tooltip,
        class_=f"{area} {_state(theme)}".rstrip(),
        cx=round(circle.x, 1),
        cy=round(circle.y, 1),
        r=round(circle.r, 1),
    )


def _drawn_leaders(labels: Sequence[Label]) -> list[Markup]:
    """Draw all lines as one path."""
    lines = [label.leader for label in labels if label.led]
    path = "".join(f"M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" for x, y, to_x, to_y in lines)
    # An empty one too, so that what customers write decides on no element of the page.
    return [element("path", class_="leader", d=path)] if labels else []


def _drawn_mark(box: Box) -> Markup:
    middle = (box.left + box.right) / 2.0
    corners = f"M{box.left:.1f} {box.bottom:.1f}H{box.right:.1f}L{middle:.1f} {box.top:.1f}Z"
    return element("path", class_="rise", d=corners)


def _drawn_label(label: Label) -> Markup:
    box, middle = label.box, label.circle.x
    side = "start" if box.left >= middle else "end" if box.right <= middle else "middle"
    edges = {"start": box.left + MARGIN, "end": box.right - MARGIN}
    x = round(edges.get(side, (box.left + box.right) / 2.0), 1)
    first, second = (*label.lines, "")[:2]
    # An empty second line, for the same reason.
    return element(
        "text",
        first,
        element("tspan", second, x=x, dy=LINE_HEIGHT),
        text_anchor=side,
        x=x,
        y=round(box.top + MARGIN + 11.0, 1),
    )
