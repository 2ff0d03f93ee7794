"""What a database refused, in a line that says what would do."""

from sqlalchemy.exc import DBAPIError


def explain(error: DBAPIError) -> str | None:
    """Return what was found and what would do; None if the fault is the program's own."""
    found = str(error.orig).strip().partition("\n")[0]
    for symptom, remedy in _REMEDIES.items():
        if symptom in found:
            return f"{found}; {remedy}"
    return None


_REMEDIES = {
    "file is not a database": "name another file, or move this one away",
    "malformed": "the file is damaged: restore a backup",
    "database is locked": "another program holds it; end that program or try again",
    "database or disk is full": "make room on the disk and run again; nothing was half-written",
    "unable to open database file": "check that the folder exists and may be written",
    "readonly database": "check who owns the file and its folder",
    "disk I/O error": "check the disk and run again; nothing was half-written",
    "connection failed": "check that the server runs and that host, name and password are right",
    "failed to resolve": "check the host's name in the URL",
    "connection timeout": "check that the server runs and can be reached",
    "terminating connection": "the server ended the connection; run again",
    "server closed the connection": "check the server and run again; nothing was half-written",
    "connection is lost": "check the server and run again; nothing was half-written",
    "the connection is closed": "check the server and run again; nothing was half-written",
    "permission denied": "grant the user CREATE on the schema, or name another database",
    "No space left": "make room on the server's disk and run again; nothing was half-written",
    "lock timeout": "somebody reads there for long; run again when they have ended",
    "deadlock detected": "run again; nothing was half-written",
}
