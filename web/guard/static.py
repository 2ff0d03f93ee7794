"""Style sheets, scripts and pictures that come with the program.

All are read at the start, from a folder of the program's own, each under an address of its own.
So no request ever names a file, and there is no path to climb out of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from web.guard.routes import Context, Route

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}

CACHED = "private, max-age=31536000, immutable"
"""A year: the address holds a hash of the content, and the content tells of nobody."""


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """What was found, as routes, and under which address each file is."""

    routes: tuple[Route, ...]
    urls: Mapping[str, str]
    """``app.css`` to ``/static/3fa9c1d2/app.css``."""


def read_static(folder: Path) -> StaticFiles:
    """Read the files of a folder, without those of folders in it.

    Raises
    ------
    ValueError
        A file is of a kind that is not served.
    """
    routes, urls = [], {}
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        if path.suffix not in MEDIA_TYPES:
            raise ValueError(f"{path}: {path.suffix or 'no suffix'} is not served")
        body = path.read_bytes()
        urls[path.name] = f"/static/{sha256(body).hexdigest()[:16]}/{path.name}"
        routes.append(_route(urls[path.name], body, MEDIA_TYPES[path.suffix]))
    return StaticFiles(tuple(routes), urls)


def _route(url: str, body: bytes, media_type: str) -> Route:
    def answer(_request: Request, _context: Context) -> Response:
        return Response(body, headers={"Cache-Control": CACHED}, media_type=media_type)

    return Route(url, ("GET",), "read", answer)
