"""Child processes that cost little: forked from a server that has imported what they need."""

import multiprocessing

PRELOAD = ["pytest", "alembic.command", "pandas", "psycopg", "tests.promises.scenarios"]

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(PRELOAD)  # heeded by the first child only, so set on import
