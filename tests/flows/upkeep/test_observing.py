"""What a run leaves for those who watch: figures, log lines, spans; no customer's words."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from flows.cli import app

CANARY = "zyxophone"
SETTINGS = """
[store]
path = "groundswell.db"
[report]
folder = "report"
[themes]
min_statements = 5
[ranking]
draws = 100
[embedding]
model = "hashing"
[[sources]]
name = "survey"
path = "survey.csv"
"""


@dataclass
class Collector:
    """An OpenTelemetry collector that keeps what it is sent."""

    bodies: list[bytes] = field(default_factory=list)
    port: int = 0


@dataclass(frozen=True)
class Run:
    config: Path
    lines: str
    spans: bytes


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    kept = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.port = server.server_address[1]
        Thread(target=server.serve_forever, daemon=True).start()
        yield kept
        server.shutdown()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Run:
    """A run that was watched in every way, of feedback in which each message holds a canary."""
    folder = tmp_path_factory.mktemp("watched")
    rows = [
        f"{n},The {CANARY} export of case {n} fails,2026-03-{n + 1:02}T09:00:00Z" for n in range(30)
    ]
    rows.append(f"30,{CANARY},{CANARY}")
    (folder / "survey.csv").write_text("\n".join(["id,text,created_at", *rows]) + "\n")
    (folder / "config.toml").write_text(SETTINGS)
    done = subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", "run"],
        cwd=folder,
        env=os.environ
        | {
            "GROUNDSWELL__LOGGING__FORMAT": "json",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return Run(folder / "config.toml", done.stderr, b"".join(collector.bodies))


def test_the_log_lines_of_a_run_are_objects_with_its_figures(run: Run) -> None:
    lines = [json.loads(line) for line in run.lines.splitlines() if line.startswith("{")]
    steps = {line["step"]: line for line in lines if "step" in line}
    assert steps["ingest_sources"]["items_in"] == 31
    assert steps["ingest_sources"]["run"] == 1
    assert [line["message"] for line in lines if line.get("kind") == "refresh"] == [
        "run 1 (refresh) begins",
        "run 1 (refresh) is ok",
    ]
    assert CANARY not in run.lines


def test_the_spans_of_a_run_are_its_steps_and_hold_no_words(run: Run) -> None:
    for name in ("run refresh", "ingest_sources", "rank_ideas", "groundswell"):
        assert name.encode() in run.spans
    assert CANARY.encode() not in run.spans


def test_the_figures_of_a_run_are_what_prometheus_reads(run: Run) -> None:
    shown = CliRunner().invoke(app, ["metrics", "--config", str(run.config)])
    assert shown.exit_code == 0
    families = {one.name: one for one in text_string_to_metric_families(shown.stdout)}
    rows = {s.labels["fate"]: s.value for s in families["groundswell_rows"].samples}
    assert rows == {"accepted": 30.0, "duplicate": 0.0, "quarantined": 1.0}
    assert families["groundswell_runs"].samples[0].labels == {"kind": "refresh", "state": "ok"}
    assert families["groundswell_vectors_per_second"].samples[0].value > 0
    assert 0 <= families["groundswell_noise_share"].samples[0].value <= 1
    assert families["groundswell_alert"].samples == []
    assert CANARY not in shown.stdout


def test_figures_are_put_in_a_file_in_one_step_that_others_may_read(run: Run) -> None:
    into = run.config.parent / "metrics" / "groundswell.prom"
    shown = CliRunner().invoke(app, ["metrics", "--into", str(into), "--config", str(run.config)])
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert into.read_text().startswith("# HELP groundswell_build_info")
    assert into.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in into.parent.iterdir()] == ["groundswell.prom"]


def test_a_collector_without_what_sends_to_it_is_told_in_one_line(tmp_path: Path) -> None:
    blocked = (
        "import sys; sys.modules['opentelemetry.exporter.otlp.proto.http.trace_exporter'] = None;"
        "from groundswell.tracing import start_tracing; start_tracing()"
    )
    done = subprocess.run(
        [sys.executable, "-c", blocked],
        env=os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ConfigError: OTEL_EXPORTER_OTLP_ENDPOINT is set and" in done.stderr
    assert ".[otel]" in done.stderr
