"""Rules about our own source that no linter knows."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "groundswell", "ingest", "models", "reports", "web")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MIGRATIONS = ROOT / "groundswell" / "store" / "migrations"
"""Written once and never tidied: a schema's history must stay as it ran."""

HEAVY = {
    "httpcore2",
    "jinja2",
    "numpy",
    "onnx",
    "onnxruntime",
    "pandas",
    "phonenumbers",
    "prefect",
    "py3langid",
    "pyarrow",
    "re2",
    "rensa",
    "scipy",
    "selectolax",
    "sentence_transformers",
    "sklearn",
    "sqlalchemy",
    "starlette",
    "torch",
    "transformers",
    "uvicorn",
}
UNSAFE_MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
UNSAFE_ARGUMENTS = {"allow_pickle", "trust_remote_code"}
UNSAFE_CALLS = {"eval", "exec"}
MODULE_LINES = 300
FUNCTION_LINES = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.mark.parametrize(
    "code",
    [
        "import flows.cli",
        "import sys; sys.argv = ['groundswell', '--help']; import flows.cli; flows.cli.main()",
        "import flows.serving",
    ],
)
def test_a_light_command_imports_nothing_heavy(code: str) -> None:
    assert HEAVY & modules_after(code) == set()


def test_the_check_would_notice_a_heavy_import() -> None:
    assert "numpy" in modules_after("import groundswell.domain")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_source_is_short_and_runs_no_foreign_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= MODULE_LINES
    if not path.is_relative_to(MIGRATIONS):
        assert [f.name for f in functions(tree) if code_lines(f) > FUNCTION_LINES] == []
    assert list(unsafe(tree)) == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import pickle", ["pickle"]),
        ("from joblib import load", ["joblib"]),
        ("np.load(path, allow_pickle=True)", ["allow_pickle"]),
        ("np.load(path, allow_pickle=False)", []),
        ("load(name, trust_remote_code=flag)", ["trust_remote_code"]),
        ("eval(text)", ["eval"]),
    ],
)
def test_the_check_would_notice_foreign_code(code: str, found: list[str]) -> None:
    assert list(unsafe(ast.parse(code))) == found


def test_a_docstring_does_not_make_a_function_long() -> None:
    (function,) = functions(ast.parse('def f():\n    """One\n\n    two.\n    """\n    return 1\n'))
    assert code_lines(function) == 2


def modules_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after `code`."""
    script = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('\\n' + ' '.join(sys.modules), file=sys.stderr))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script + code], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stderr.splitlines()[-1].split()}


def functions(tree: ast.AST) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def code_lines(function: Function) -> int:
    """Count lines from ``def`` to the end, without the docstring."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def unsafe(tree: ast.AST) -> Iterator[str]:
    """Yield what could run code that came with data: pickles, remote code, eval."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from UNSAFE_MODULES & {alias.name.split(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module)):
                yield from UNSAFE_MODULES & {module.split(".")[0]}
            case ast.keyword(arg=str(name), value=value) if name in UNSAFE_ARGUMENTS:
                if not (isinstance(value, ast.Constant) and value.value is False):
                    yield name
            case ast.Call(func=ast.Name(id=name)) if name in UNSAFE_CALLS:
                yield name
