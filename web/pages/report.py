"""The newest report, as the last run left it."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from web.guard.headers import policy
from web.guard.routes import Context


def report_page(_request: Request, context: Context) -> Response:
    """Show the page of the newest report, if its file is still the one that was written."""
    document = context.store.ideas.report()
    if document is None:
        return _notice(
            context,
            "No report yet",
            "The first run makes one. In a terminal, type",
            "groundswell run",
        )
    run_id = json.loads(document)["run"]["run_id"]
    for file in context.store.ideas.files(run_id):
        if file.name == "report.html":
            html = _read_unchanged(Path(file.folder, file.name), file.sha256)
            if html is not None:
                return _html(html, context)
    return _notice(
        context,
        f"The page of run {run_id} is not there",
        "A run may be replacing it: reload in a minute. If it was moved or changed, type",
        "groundswell report",
    )


def ideas_json(_request: Request, context: Context) -> Response:
    """Hand out the newest report without loss."""
    document = context.store.ideas.report()
    if document is None:
        return JSONResponse({"error": "no report yet; type: groundswell run"}, 404)
    return Response(document, media_type="application/json")


def health(_request: Request, context: Context) -> Response:
    """Say that the store can be read, and what the last run came to."""
    runs = context.store.ledger.runs(limit=1)
    return JSONResponse({"status": "ok", "last_run": runs[0].state if runs else None})


def _html(body: bytes, context: Context, status: int = 200) -> HTMLResponse:
    """Show a page that was written without a nonce: its style sheets are known by hash."""
    styles = re.findall(rb"<style>(.*?)</style>", body, re.DOTALL)
    hashes = (b64encode(sha256(style).digest()).decode() for style in styles)
    allowed = policy(context.nonce, *(f"'sha256-{digest}'" for digest in hashes))
    return HTMLResponse(body, status, {"Content-Security-Policy": allowed})


def _notice(context: Context, heading: str, advice: str, command: str) -> HTMLResponse:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(loader=PackageLoader("web"), autoescape=True, undefined=StrictUndefined)
    notice = templates.get_template("notice.html")
    page = notice.render(heading=heading, advice=advice, command=command)
    return _html(page.encode(), context, 404)


def _read_unchanged(path: Path, digest: str) -> bytes | None:
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return None
    return body if sha256(body).hexdigest() == digest else None
