"""Find a place for each label of the theme map where it hides nothing.

Labels go greedily, the most voiced theme first, to the first free place of a list from good to
poor; moving others out of the way would tell more themes apart, but a label could then be
anywhere in the next report.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import cos, hypot, pi, sin
from unicodedata import category, east_asian_width

from reports.inert import one_line

LINE_HEIGHT = 15.0
"""Pixels of a line of a label, at 12 px letters; a label has one line or two."""

MARGIN = 3.0
"""Pixels around a label, so that two labels do not read as one."""

_LETTER_WIDTHS = (
    ("fijlrtI .,:;'|!()[]/-", 5.9),
    ("acksvxyzeJ", 8.3),
    ("mwMW@%&…—", 13.3),
)
"""Pixels at 12 px, of DejaVu Sans Bold, the widest common system font."""
_OTHER_LETTER, _CAPITAL, _WIDE_LETTER = 8.7, 10.3, 16.0  # the last: Chinese, emoji and their like

_LONGEST = (150.0, 90.0)
"""Pixels of a label's line: where it has room, and where it does not."""
_MOST_LETTERS = 200
"""Of a label that are measured: two lines hold 50, and a label may be as long as a book."""
_LABEL_EVERY = 26  # pixels of the map's width for each label; more would be a page of text
_AT_ANY_RATE = 10  # most voiced themes, whose leader may cross other circles
_LEADERS = (14.0, 28.0, 46.0, 70.0, 100.0)  # pixels to a label that cannot stand beside its circle
_COMPASS = 16  # directions, clockwise from the right
_BESIDE = (12, 4, 0, 8, 14, 2, 10, 6)  # above, below, right, left, and the corners
_DOT = 6.0  # pixels: the width that a leader keeps clear


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the drawing, in pixels from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Tell whether the two have an area in common."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)

    def within(self, other: "Box") -> bool:
        """Tell whether all of it lies in the other."""
        inside = self.left >= other.left and self.right <= other.right
        return inside and self.top >= other.top and self.bottom <= other.bottom

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """Return its point that is nearest to another."""
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)


@dataclass(frozen=True, slots=True)
class Circle:
    """A theme on the map."""

    label: str
    x: float
    y: float
    r: float
    marked: bool
    """It rises, and a mark says so."""

    @property
    def mark(self) -> Box:
        """Where the mark stands: astride the top."""
        top = self.y - self.r
        return Box(self.x - 5.0, top - 7.0, self.x + 5.0, top + 2.0)

    def meets(self, box: Box) -> bool:
        """Tell whether a rectangle has an area in common with it."""
        if self.x + self.r <= box.left or box.right <= self.x - self.r:
            return False  # most are far away, and this is asked half a million times
        x, y = box.nearest(self.x, self.y)
        return hypot(x - self.x, y - self.y) < self.r

    def covers(self, other: "Circle") -> bool:
        """Tell whether the middle of another lies in it."""
        return hypot(other.x - self.x, other.y - self.y) < self.r


@dataclass(frozen=True)
class Label:
    """Where a theme is named."""

    circle: Circle
    lines: tuple[str, ...]
    box: Box
    """With `MARGIN`."""
    led: bool = False
    """A line leads from the circle to the label, for it stands at a distance."""
    crossing: bool = False
    """The line may cross other circles."""

    @property
    def leader(self) -> tuple[float, float, float, float]:
        """The line, from half-way inside the circle, so that none can doubt whose it is."""
        x, y, r = self.circle.x, self.circle.y, self.circle.r
        to_x, to_y = self.box.nearest(x, y)
        share = 0.5 * r / max(hypot(to_x - x, to_y - y), r)
        return x + share * (to_x - x), y + share * (to_y - y), to_x, to_y

    @cached_property
    def path(self) -> tuple[Box, ...]:
        """Squares along the line, which it keeps clear; none where there is no line."""
        x, y, to_x, to_y = self.leader
        dots = max(1, int(hypot(to_x - x, to_y - y) / _DOT)) if self.led else 0
        places = [(n + 0.5) / dots for n in range(dots)]
        return tuple(_around(x + at * (to_x - x), y + at * (to_y - y), _DOT, _DOT) for at in places)


def place_labels(circles: Sequence[Circle], width: int, height: int) -> list[Label]:
    """Give each circle in turn the first free place, until the map has labels enough.

    Parameters
    ----------
    circles
        The most important first. Those that find no place have no label.
    width, height
        Pixels of the map.

    Returns
    -------
    list of Label
        Each within the map. None meets another, a mark, another's line or any circle but its
        own; its line meets no label, mark or line, and no circle but its own, one that its own
        lies on, or (for the first ten) at worst any.
    """
    page = Box(0.0, 0.0, width, height)
    most = width // _LABEL_EVERY
    taken = [circle.mark for circle in circles if circle.marked]
    labels: list[Label] = []
    near = _Near(circles)
    for number, circle in enumerate(circles):
        if len(labels) == most:
            break
        # A line from each of many small circles would be a web.
        crossings = () if number >= most else (False, True) if number < _AT_ANY_RATE else (False,)
        others = near.of(circle, _LEADERS[-1] if crossings else 0.0)
        beside = [other for other in others if not other.covers(circle)] if crossings else others
        for label in _options(circle, crossings):
            if not label.box.within(page) or _blocked(label.box, taken, others):
                continue
            crossed = () if label.crossing else beside
            if not any(_blocked(dot, taken, crossed) for dot in label.path):
                taken += (label.box, *label.path)
                labels.append(label)
                break
    return labels


class _Near:
    """Finds the circles that a label of another could meet: of thousands, few."""

    def __init__(self, circles: Sequence[Circle]) -> None:
        self._circles = sorted(circles, key=lambda circle: circle.x)
        self._at = [circle.x for circle in self._circles]
        self._largest = max((circle.r for circle in circles), default=0.0)

    def of(self, circle: Circle, distance: float) -> list[Circle]:
        """Return all that lie within reach of a label at most so far from a circle's edge."""
        reach = circle.r + distance + _LONGEST[0] + 2.0 * MARGIN + self._largest
        start = bisect_left(self._at, circle.x - reach)
        end = bisect_right(self._at, circle.x + reach)
        return [other for other in self._circles[start:end] if other is not circle]


def label_width(text: str) -> float:
    """Return how wide a line of a label is at most, in pixels, whatever common font shows it."""
    return sum(_letter_width(letter) for letter in text)


@lru_cache(4096)
def _letter_width(letter: str) -> float:
    for letters, width in _LETTER_WIDTHS:
        if letter in letters:
            return width
    if category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    if east_asian_width(letter) in "WF" or category(letter) == "So":
        return _WIDE_LETTER
    return _CAPITAL if letter.isupper() else _OTHER_LETTER


def _blocked(box: Box, taken: Sequence[Box], circles: Sequence[Circle]) -> bool:
    return any(box.meets(other) for other in taken) or any(one.meets(box) for one in circles)


def _options(circle: Circle, crossings: Sequence[bool]) -> Iterator[Label]:
    """Yield where a label may stand, best first: in the circle, beside it, at a distance."""
    texts = [_wrapped(circle.label, longest) for longest in _LONGEST]
    sizes = [_size(lines) for lines in texts]
    for lines, size in zip(texts, sizes, strict=True):
        inside = _around(circle.x, circle.y, *size)
        if hypot(inside.right - circle.x, inside.bottom - circle.y) <= circle.r:
            yield Label(circle, lines, inside)
        yield from (Label(circle, lines, _off(circle, *size, 0.0, step)) for step in _BESIDE)
    for crossing in crossings:
        for lines, size in zip(texts, sizes, strict=True):
            for distance in _LEADERS:
                for step in range(_COMPASS):
                    box = _off(circle, *size, distance, step)
                    yield Label(circle, lines, box, led=True, crossing=crossing)


def _off(circle: Circle, width: float, height: float, distance: float, step: int) -> Box:
    """Return the box of a label at a distance from a circle's edge, all of it beyond."""
    across, down = cos(2.0 * pi * step / _COMPASS), sin(2.0 * pi * step / _COMPASS)
    # At the corners (0.7 along each axis) the box begins where the line ends.
    right, under = (max(-1.0, min(1.0, 1.5 * way)) / 2.0 for way in (across, down))
    reach = circle.r + distance
    x = circle.x + across * reach + right * width
    y = circle.y + down * reach + under * height
    return _around(x, y, width, height)


def _size(lines: Sequence[str]) -> tuple[float, float]:
    wide = max(label_width(line) for line in lines)
    return wide + 2.0 * MARGIN, LINE_HEIGHT * len(lines) + 2.0 * MARGIN


def _around(x: float, y: float, width: float, height: float) -> Box:
    return Box(x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0)


def _wrapped(label: str, longest: float) -> tuple[str, ...]:
    """Return a label in one line or two even ones, shortened where that does not do."""
    words = one_line(label)[:_MOST_LETTERS].split(" ")
    splits = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    fitting = [pair for pair in splits if label_width(pair[0]) <= longest]
    if not fitting or label_width(" ".join(words)) <= longest:
        return (_shortened(words, longest),)
    whole = [pair for pair in fitting if label_width(pair[1]) <= longest]
    if whole:
        return min(whole, key=lambda pair: max(label_width(line) for line in pair))
    first, rest = fitting[-1]
    return first, _shortened(rest.split(" "), longest)


def _shortened(words: Sequence[str], longest: float) -> str:
    """Leave out the last words of what is too long; of a single word, its last letters."""
    text = " ".join(words)
    if label_width(text) <= longest:
        return text
    starts = [" ".join(words[:n]) for n in range(len(words) - 1, 0, -1)]
    starts += [words[0][:n] for n in range(len(words[0]) - 1, 0, -1)]
    cut = (start.rstrip(" ,;:·/&-") + "…" for start in starts)
    return next((short for short in cut if label_width(short) <= longest), "…")
