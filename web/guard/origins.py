"""Whether a request that changes something was made by a page of ours.

A browser adds its user's cookie to whatever any page makes it send, but it also says which page
that was, in headers no page can set: Sec-Fetch-Site (over https and on loopback) and Origin. What
a program sends under a token needs no such word: no browser adds a token by itself.
"""

from collections.abc import Sequence

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


def is_ours(*, fetch_site: Sequence[str], origin: Sequence[str], own: str, token: bool) -> bool:
    """Tell whether a request of an unsafe method may go on.

    Parameters
    ----------
    fetch_site, origin
        All values of the headers Sec-Fetch-Site and Origin. Twice the same header is refused.
    own
        Scheme, host and port under which we were asked, such as ``http://127.0.0.1:8765``.
    token
        Whether the request has an Authorization header, by which alone it is then judged.

    Notes
    -----
    ===================  ============  ============  =======  =======
    Sec-Fetch-Site       Origin: ours  Origin: null  another  missing
    ===================  ============  ============  =======  =======
    same-origin, none    yes           yes           no       yes
    cross-site           no            no            no       no
    same-site            no            no            no       no
    missing              yes           no            no       no
    ===================  ============  ============  =======  =======

    Origin is ``null`` for a form of ours in a browser that hides where one comes from; the
    other header then vouches for it. A request that says neither comes from no browser of
    today; a program takes a token.
    """
    if token:
        return True
    if len(fetch_site) > 1 or len(origin) > 1:
        return False
    from_ours = origin[0].lower() == own.lower() if origin else None
    if not fetch_site:
        return from_ours is True
    vouched = fetch_site[0] in ("same-origin", "none")
    return vouched and (from_ours is not False or origin[0] == "null")
