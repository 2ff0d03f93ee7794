from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flows import steps
from flows.context import Over
from flows.shards import as_parquet, embedded, placed, vectors_in
from groundswell.config import Config, load_config
from groundswell.domain import content_id
from groundswell.shard_files import ShardFiles
from groundswell.store import open_store
from models.encoding.embedding import load_encoder
from models.themes.fitting import fit_themes

TEXTS = [
    f"the {thing} {does} on {day}"
    for thing in ("export", "map", "phone", "clock")
    for does in ("stops", "is slow", "shows nothing")
    for day in ("monday", "sunday", "may")
]
HASHES = [content_id(text) for text in TEXTS]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SETTINGS = "[embedding]\nmodel = 'hashing'\n[cluster]\nshard_texts = 7\n"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    rows = [f"{n},{text},2026-05-{n % 28 + 1:02}T09:00:00Z" for n, text in enumerate(TEXTS)]
    (tmp_path / "survey.csv").write_text("\n".join(["id,text,created_at", *rows]) + "\n")
    path = tmp_path / "config.toml"
    path.write_text(
        SETTINGS + "[themes]\nmin_statements = 3\n[ranking]\ndraws = 100\n"
        "[[sources]]\nname = 'survey'\npath = 'survey.csv'\n"
    )
    return load_config(path)


def backwards(work: Callable[[Any], Any], shards: Iterable[Any]) -> Iterator[Any]:
    """Compute the last shard first, as another worker may."""
    return iter([work(shard) for shard in reversed(list(shards))][::-1])


def vectors_of(config: Config, over: Over | None) -> np.ndarray[Any, Any]:
    with steps.opened_run(config, kind="ingest", over=over) as context:
        parts = [vectors for _, _, vectors in embedded(context, TEXTS, HASHES)]
    return np.concatenate(parts)


def test_shards_give_the_vectors_that_one_process_gives(config: Config) -> None:
    alone = vectors_of(config, None)
    assert vectors_of(config, backwards).tobytes() == alone.tobytes()


def test_what_a_killed_run_left_is_not_made_again_and_then_goes(config: Config) -> None:
    made: list[str] = []

    def counted(work: Callable[[Any], Any], shards: Iterable[Any]) -> Iterator[Any]:
        for shard in shards:
            there = ShardFiles(config.cluster.shards).get(shard[0]) is not None
            made.extend([] if there else [shard[0]])
            yield work(shard)

    with steps.opened_run(config, kind="ingest", over=backwards) as context:
        assert next(iter(embedded(context, TEXTS, HASHES)))  # and then it is killed
    left = sorted(Path(config.cluster.shards).iterdir())
    assert len(left) == -(-len(TEXTS) // 7)
    assert vectors_of(config, counted).tobytes() == vectors_of(config, None).tobytes()
    assert made == []
    assert list(Path(config.cluster.shards).iterdir()) == []


def test_a_shard_holds_the_encoder_the_hashes_and_the_vectors() -> None:
    vectors = load_encoder("hashing", backend="auto", cache=Path(), threads=0).encode(TEXTS)
    data = as_parquet("hashing", HASHES, vectors)
    assert data == as_parquet("hashing", HASHES, vectors)
    model_id, found = vectors_in(data)
    assert model_id == "hashing"
    np.testing.assert_array_equal(found, vectors.astype(np.float16))


def test_shards_are_placed_as_one_process_places_them(config: Config) -> None:
    vectors = load_encoder("hashing", backend="auto", cache=Path(), threads=0).encode(TEXTS)
    vectors = vectors.astype(np.float16).astype(np.float32)
    model = fit_themes(vectors, TEXTS, neighbours=8, min_statements=3).model

    def places(over: Over | None) -> list[Any]:
        with steps.opened_run(config, kind="ingest", over=over) as context:
            found = placed(context, model, vectors, TEXTS, min_membership=0.1)
        return [found.rows, found.theme_ids, found.memberships, found.variant_ids]

    for alone, apart in zip(places(None), places(backwards), strict=True):
        np.testing.assert_array_equal(alone, apart)


def test_a_run_whose_work_is_shared_leaves_the_same_store(config: Config) -> None:
    def image(over: Over | None, name: str) -> bytes:
        path = config.store.path.parent / name / "groundswell.db"
        own = config.model_copy(update={"store": config.store.model_copy(update={"path": path})})
        steps.run(steps.REFRESH, own, kind="refresh", over=over, clock=lambda: NOW)
        with open_store(own.store.database) as store:
            return store.image()

    assert image(backwards, "apart") == image(None, "alone")
