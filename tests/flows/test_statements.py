import json
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import statements, steps
from flows.context import Reading
from groundswell.config import Config, load_config
from groundswell.domain import NOISE, FeedbackRecord
from groundswell.store import StepResult, open_store

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HEADER = "id,text,created_at,author,account\n"
SETTINGS = "[embedding]\nmodel = 'hashing'\n[themes]\nmin_statements = 3\n\n"
SURVEY = "[[sources]]\nname = 'survey'\npath = 'survey.csv'\n"
MAIL, PHONE, PERSON = "rosa.keller@example.com", "+1 202 555 0143", "Rosa Keller"
AUTHOR, ACCOUNT = "t.okafor@example.com", "OAKLINE-4711"
PERSONAL = (MAIL, PHONE, PERSON, AUTHOR, ACCOUNT)
LETTER = (
    f'1,"The export stops halfway. Write to {MAIL} or call {PHONE}. My name is {PERSON}.",'
    f"2026-05-01,{AUTHOR},{ACCOUNT}\n"
)


@dataclass(frozen=True)
class Installation:
    folder: Path

    def set_up(self, rows: str, settings: str = "") -> Config:
        (self.folder / "survey.csv").write_text(HEADER + rows, encoding="utf-8")
        config = self.folder / "config.toml"
        config.write_text(SETTINGS + settings + SURVEY, encoding="utf-8")
        return load_config(config)

    def store_bytes(self) -> bytes:
        """Return the bytes of the database and of what it has not moved there yet."""
        files = sorted((self.folder / "data").glob("groundswell.db*"))
        return b"".join(file.read_bytes() for file in files)

    def written_bytes(self) -> bytes:
        """Return the bytes of everything the program has made."""
        files = (path for path in (self.folder / "data").rglob("*") if path.is_file())
        return b"".join(path.read_bytes() for path in files)


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def take(config: Config, *chosen: steps.Step, as_of: datetime | None = None) -> list[StepResult]:
    """Take some steps in one run; return what they counted."""
    with steps.opened_run(config, kind="ingest", as_of=as_of) as context:
        return [steps.do(step, context) for step in chosen]


def records(config: Config) -> dict[str, FeedbackRecord]:
    with open_store(config.store.database) as store:
        ids = store.feedback.copy_candidates()["record_id"].tolist()
        return {one.source_id: one for one in store.feedback.records(ids).values()}


def found(words: Sequence[str], data: bytes) -> list[str]:
    return [word for word in words if word.encode() in data]


def test_no_personal_data_is_written_anywhere(here: Installation) -> None:
    config = here.set_up(LETTER)
    steps.run(steps.REFRESH, config, kind="refresh")
    (record,) = records(config).values()
    assert record.text == (
        "The export stops halfway. Write to <email> or call <phone>. My name is <person>."
    )
    assert (config.report.folder / "report.html").is_file()
    assert found(PERSONAL, here.written_bytes()) == []


def test_a_refused_row_is_kept_without_personal_data_too(here: Installation) -> None:
    config = here.set_up(LETTER.replace("2026-05-01", "soon"))
    (counted,) = take(config, steps.ingest_sources)
    assert counted.rejected == 1
    assert "halfway" in here.store_bytes().decode(errors="ignore")
    assert found(PERSONAL, here.written_bytes()) == []


def test_the_raw_text_is_kept_where_that_is_asked_for(here: Installation) -> None:
    config = here.set_up(LETTER, "[privacy]\nkeep_raw = true\n")
    take(config, steps.ingest_sources, steps.embed_new)
    (record,) = records(config).values()
    assert record.raw is not None
    assert MAIL in record.raw
    assert MAIL not in record.text
    # Of the text alone: author and account stay pseudonyms.
    assert found(PERSONAL, here.store_bytes()) == [MAIL, PHONE, PERSON]
    with open_store(config.store.database) as store:
        said = "".join(store.feedback.statements()["text"])
    assert found(PERSONAL, said.encode()) == []


def test_patterns_of_the_settings_are_replaced_and_asking_for_them_later_reads_anew(
    here: Installation,
) -> None:
    rows = "1,order ZX-990417 never came,2026-05-01,,\n"
    take(here.set_up(rows), steps.ingest_sources)
    config = here.set_up(rows, "[privacy.patterns]\norder = 'ZX-[0-9]+'\n")
    (counted,) = take(config, steps.ingest_sources)
    assert counted.items_out == 1
    assert records(config)["1"].text == "order <order> never came"


def test_the_key_is_made_for_its_owner_alone_and_gives_the_same_pseudonyms_again(
    here: Installation,
) -> None:
    config = here.set_up(LETTER)
    take(config, steps.ingest_sources)
    key = config.privacy.key_file
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text(encoding="ascii").strip().encode() not in here.store_bytes()
    first = records(config)["1"]
    config = here.set_up(LETTER + LETTER.replace("1,", "2,", 1))
    take(config, steps.ingest_sources)
    second = records(config)["2"]
    assert (second.author, second.account_id) == (first.author, first.account_id)


def test_another_key_gives_other_pseudonyms(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = here.set_up(LETTER)
    names = []
    for key in ("first-key-of-sixteen", "other-key-of-sixteen", "first-key-of-sixteen"):
        monkeypatch.setenv(config.privacy.key_variable, key)
        for file in (here.folder / "data").glob("groundswell.db*"):
            file.unlink()
        take(config, steps.ingest_sources)
        record = records(config)["1"]
        names.append((record.author, record.account_id))
    assert names[0] == names[2]
    assert set(names[0]).isdisjoint(names[1])
    assert not config.privacy.key_file.exists()


PASTED = "the invoice export stops after a hundred rows"
SPAM = "win a free phone today by visiting our lovely little shop around the corner right now"
JUNK = ("good", "Great app!!!", "\N{THUMBS UP SIGN}")
"""The last one holds no word, so that nothing is cut from it."""
NEEDS = (
    "offline mode for trains without network",
    "invoice export to a spreadsheet fails",
    "dark theme for tired eyes at night",
)
VOICED = 30
"""Rows that say one of the needs in turn, each by somebody else."""


def _need(n: int) -> str:
    return f"{NEEDS[n % len(NEEDS)]} case {n}"


def _copied() -> str:
    """Return a person who pastes twice, a wave of four, junk, and needs that are voiced."""
    rows = [f"p{n},{PASTED},2026-05-0{n},ana@example.com," for n in (1, 2)]
    rows += [f"w{n},{SPAM},2026-05-1{n},bot{n}@example.com," for n in range(4)]
    rows += [f"j{n},{word},2026-05-20,x{n}@example.com," for n, word in enumerate(JUNK)]
    rows += [f"n{n},{_need(n)},2026-04-01,u{n}@example.com," for n in range(VOICED)]
    return "\n".join(rows) + "\n"


def test_copies_are_kept_and_counted_and_one_of_each_group_speaks(here: Installation) -> None:
    config = here.set_up(_copied())
    steps.run(steps.REFRESH, config, kind="refresh")
    assert len(records(config)) == 2 + 4 + 3 + VOICED
    with open_store(config.store.database) as store:
        (counted,) = (s for s in store.ledger.steps(1) if s.step == "embed_new")
        said = store.feedback.statements()
        mentions = store.feedback.mentions()
    assert counted.detail["copies"] == 1 + 3
    assert counted.detail["uninformative"] == 2
    assert said["text"].tolist().count(PASTED) == 1
    assert said["text"].tolist().count(SPAM) == 1
    assert mentions["text"].tolist().count(PASTED) == 1
    assert mentions["text"].tolist().count(SPAM) == 1
    # Junk is said, and in no theme.
    assert set(JUNK) & set(said["text"]) == set(JUNK[:2])
    placed = mentions[mentions["theme_id"] != NOISE]["text"]
    assert not set(JUNK) & set(placed)
    assert {_need(n) for n in range(VOICED)} <= set(placed)


def test_a_copy_that_is_one_no_more_speaks_again(here: Installation) -> None:
    config = here.set_up(_copied())
    take(config, steps.ingest_sources, steps.embed_new)
    other = "the dark theme hurts my eyes at night in the car"
    config = here.set_up(_copied().replace(f"p2,{PASTED}", f"p2,{other}"))
    _, counted = take(config, steps.ingest_sources, steps.embed_new)
    assert counted.detail["copies"] == 3
    with open_store(config.store.database) as store:
        assert other in set(store.feedback.statements()["text"])


def test_embedding_twice_adds_nothing_and_every_spoken_text_is_annotated(
    here: Installation,
) -> None:
    config = here.set_up(_copied())
    _, first = take(config, steps.ingest_sources, steps.embed_new)
    before = _rows(config)
    (second,) = take(config, steps.embed_new)
    assert _rows(config) == before
    assert (second.items_in, second.items_out, second.detail) == (
        *(first.items_in, first.items_out),
        first.detail,
    )
    with open_store(config.store.database) as store:
        spoken = store.feedback.statements()["text_hash"].tolist()
        model_id = statements.annotator_id(Reading(config, store))
        assert store.annotations.missing(model_id, spoken) == []
        annotated = store.annotations.load(model_id, spoken)
        assert sum(not one.informative for one in annotated.values()) == 2
        assert store.feedback.texts_without_vector(statements.encoder_id(config)) == []


def _rows(config: Config) -> dict[str, list[tuple[object, ...]]]:
    names = ("record", "statement", "vector", "annotation")
    with closing(sqlite3.connect(config.store.path)) as connection:
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names
        }


def test_other_rules_of_annotation_bring_new_ones_and_a_refit(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = here.set_up(_copied())
    upto = (steps.ingest_sources, steps.embed_new, steps.update_themes)
    take(config, *upto)
    take(config, *upto)
    assert _fits(config) == 1
    monkeypatch.setattr(statements, "ANNOTATION_VERSION", statements.ANNOTATION_VERSION + 1)
    take(config, *upto)
    assert _fits(config) == 2
    with open_store(config.store.database) as store:
        spoken = store.feedback.statements()["text_hash"].tolist()
        assert (
            store.annotations.missing(statements.annotator_id(Reading(config, store)), spoken) == []
        )


def _fits(config: Config) -> int:
    with open_store(config.store.database) as store:
        model = store.versions.champion("themes")
    return 0 if model is None else model.version


def test_a_past_day_sees_the_revenue_that_was_known_then(here: Installation) -> None:
    rows = "".join(f"{n},{_need(n)},2026-02-01,,{ACCOUNT}{n % 5}\n" for n in range(VOICED))
    config = here.set_up(rows, "[[sources]]\nname = 'crm'\nkind = 'accounts'\npath = 'crm.csv'\n")
    march = datetime(2026, 3, 1, tzinfo=UTC)
    for day, revenue in (("2026-01-01", 1000), ("2026-04-01", 9000)):
        crm = [f"{ACCOUNT}{n},Oakline {n},{revenue},{day}" for n in range(5)]
        text = "\n".join(("account_id,name,arr,observed_at", *crm, ""))
        (here.folder / "crm.csv").write_text(text, encoding="utf-8")
        take(config, steps.ingest_sources)
    steps.run(steps.REFRESH, config, kind="refresh", as_of=march)
    assert _revenues(config) == {1000.0}
    steps.run(steps.REFRESH, config, kind="refresh", as_of=NOW)
    assert _revenues(config) == {9000.0}


def _revenues(config: Config) -> set[float]:
    """Return the revenue of every account that asks for something in the newest report."""
    report = json.loads((config.report.folder / "ideas.json").read_text(encoding="utf-8"))
    return {asker["arr"] for idea in report["ideas"] for asker in idea["askers"]}
