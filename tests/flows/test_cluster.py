"""Work shared by the processes of a real Dask cluster, some of which are killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import (
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_HOME,
    PREFECT_SERVER_ANALYTICS_ENABLED,
    temporary_settings,
)
from prefect.testing.utilities import prefect_test_harness

from flows import scheduled, steps
from flows.scheduled.sharing import shared_by
from groundswell.config import ClusterConfig, Config, load_config
from groundswell.errors import ConfigError
from groundswell.shard_files import ShardFiles
from groundswell.store import open_store

pytest.importorskip("prefect_dask", reason="pip install 'groundswell[cluster]'")
pytestmark = pytest.mark.filterwarnings("default")  # of Dask's own threads and sockets

TEXTS = [
    f"the {thing} {does} on {day}"
    for thing in ("export", "map", "phone", "clock")
    for does in ("stops", "is slow", "shows nothing")
    for day in ("monday", "sunday", "may")
]


@pytest.fixture(scope="module", autouse=True)
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    settings = {
        PREFECT_HOME: tmp_path_factory.mktemp("prefect"),
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        PREFECT_SERVER_ANALYTICS_ENABLED: False,
    }
    with temporary_settings(settings), prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def config_path(tmp_path: Path) -> Path:
    rows = [f"{n},{text},2026-05-{n % 28 + 1:02}T09:00:00Z" for n, text in enumerate(TEXTS)]
    (tmp_path / "survey.csv").write_text("\n".join(["id,text,created_at", *rows]) + "\n")
    path = tmp_path / "config.toml"
    path.write_text(
        "[embedding]\nmodel = 'hashing'\n[themes]\nmin_statements = 3\n[ranking]\ndraws = 100\n"
        "[cluster]\nscheduler = 'local'\nworkers = 2\nshard_texts = 7\n"
        "[[sources]]\nname = 'survey'\npath = 'survey.csv'\n"
    )
    return path


class Halting:
    """Kills the worker that is given the second shard, the first time."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __call__(self, number: int) -> int:
        if number == 1 and not self._trace.exists():
            self._trace.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        return number * number


def test_a_worker_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    trace = tmp_path / "killed"
    with shared_by(ClusterConfig(scheduler="local", workers=2)) as over:
        assert over is not None
        assert list(over(Halting(trace), range(6))) == [0, 1, 4, 9, 16, 25]
    assert trace.exists()


def failing(text: str) -> str:
    raise ValueError(f"cannot read {text!r}")


def test_what_a_worker_trips_over_is_told_here_and_not_to_prefect() -> None:
    with (
        shared_by(ClusterConfig(scheduler="local", workers=2)) as over,
        pytest.raises(ValueError, match="cannot read 'my canary'"),
    ):
        assert over is not None
        list(over(failing, ["my canary"]))
    assert "canary" not in told_to_prefect()


def test_a_run_on_two_workers_leaves_the_store_of_one_process_and_no_words_with_prefect(
    config_path: Path, tmp_path: Path
) -> None:
    config = load_config(config_path)
    scheduled.refresh(str(config_path))
    alone = elsewhere(config, tmp_path / "alone")
    steps.run(steps.REFRESH, alone, kind="refresh")
    assert kept(config) == kept(alone)
    assert list(Path(config.cluster.shards).iterdir()) == []
    told = told_to_prefect()
    assert not [text for text in TEXTS if text in told]


def elsewhere(config: Config, folder: Path) -> Config:
    store = config.store.model_copy(update={"path": folder / "groundswell.db"})
    return config.model_copy(update={"store": store})


def kept(config: Config) -> tuple[bytes, str]:
    """Return all vectors and places of a store."""
    with open_store(config.store.database) as store:
        hashes = sorted(store.feedback.said_texts())
        vectors = store.vectors.load("hashing-256-1", hashes)
        return vectors.tobytes(), store.shapes.found_assignments().to_csv()


def test_without_a_scheduler_there_is_no_cluster() -> None:
    with shared_by(ClusterConfig()) as over:
        assert over is None


def test_a_scheduler_that_does_not_answer_is_told_in_one_line() -> None:
    with (
        pytest.raises(ConfigError, match=r"cluster\.scheduler = 'tcp://127\.0\.0\.1:9'"),
        shared_by(ClusterConfig(scheduler="tcp://127.0.0.1:9")),
    ):
        pass


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    try:
        make_bucket(f"shards-{port}")  # another one each time: buckets outlive the server
        yield f"s3://shards-{port}/run"
    finally:
        server.stop()


def make_bucket(name: str) -> None:
    from s3fs import S3FileSystem

    S3FileSystem.clear_instance_cache()
    S3FileSystem().mkdir(name)


def test_shards_lie_in_object_storage(bucket: str) -> None:
    files = ShardFiles(bucket)
    assert files.get("vectors-1.parquet") is None
    files.put("vectors-1.parquet", b"some")
    assert files.get("vectors-1.parquet") == b"some"
    files.remove("vectors-1.parquet")
    assert files.get("vectors-1.parquet") is None
    files.remove("vectors-1.parquet")
    files.put("vectors-2.parquet", b"left")
    files.clear()
    assert files.get("vectors-2.parquet") is None


def test_a_run_with_shards_in_object_storage_leaves_the_same_store(
    bucket: str, config_path: Path, tmp_path: Path
) -> None:
    config_path.write_text(
        config_path.read_text().replace("shard_texts = 7", f"shard_texts = 7\nshards = '{bucket}'")
    )
    config = load_config(config_path)
    scheduled.refresh(str(config_path))
    alone = elsewhere(config, tmp_path / "alone")
    steps.run(steps.REFRESH, alone, kind="refresh")
    assert kept(config) == kept(alone)


def told_to_prefect() -> str:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        runs: list[Any] = client.read_flow_runs(limit=200)
        tasks: list[Any] = client.read_task_runs(limit=200)
    return " ".join(map(repr, [*runs, *tasks]))
