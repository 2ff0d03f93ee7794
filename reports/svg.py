"""Build SVG elements whose every text and attribute is escaped.

Geometry that must follow the width of the page is given in percent of the drawing and colour
by a class, so that no drawing needs a ``style`` attribute, which the page's policy forbids.
"""

from markupsafe import Markup, escape

from reports.inert import visible


def element(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """Return ``<name attribute="value">children</name>``.

    Parameters
    ----------
    children
        Text is escaped; what `element` returned is taken as it is.
    attributes
        ``class_`` is written ``class``, ``aria_hidden`` ``aria-hidden``; None is left out.
        Numbers are written with at most two decimals.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(
        child if isinstance(child, Markup) else escape(visible(child)) for child in children
    )
    return Markup(f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>")  # noqa: S704


def percent(share: float) -> str:
    """Write a share of the drawing's width or height, 0 to 1, as ``12.3%``."""
    return f"{_short(round(100 * share, 1))}%"


def _value(value: str | float) -> str:
    return _short(value) if isinstance(value, int | float) else str(escape(visible(value)))


def _short(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
