"""Child processes that cost little: forked from a server that has imported what they need."""

import multiprocessing

PRELOAD = [
    "pytest",
    "alembic.command",
    "pandas",
    "psycopg",
    "graspologic_native",
    "jinja2",
    "scipy.optimize",
    "sklearn.feature_extraction.text",
    "sklearn.manifold",
    "sklearn.metrics",
    "xlsxwriter",
    "flows.steps",
    "tests.promises.deciding",
    "tests.promises.erasing",
    "tests.promises.handing_over",
    "tests.promises.scenarios",
    "tests.promises.whole_run",
]

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(PRELOAD)  # heeded by the first child only, so set on import
