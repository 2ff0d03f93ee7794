"""What a backup holds, and that all of it comes back into either kind of database."""

import json
import stat
import tarfile
import threading
from io import BytesIO
from pathlib import Path

import pyarrow
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.upkeep.backup import newest, take
from flows.upkeep.restore import look, restore
from flows.upkeep.sealing import new_key
from groundswell.domain import Draft
from groundswell.errors import BusyError, ConfigError, StoreError
from groundswell.store import open_store
from tests.flows.upkeep.installed import KEY, NOON, installed, rows_of, settings
from tests.promises.servers import fresh_postgres


def fresh(kind: str) -> str:
    """Return what opens an empty database of a kind; empty for the file of the settings."""
    return fresh_postgres() if kind == "postgresql" else ""


def unpacked(file: Path) -> dict[str, bytes]:
    """Return the members of a backup that is not encrypted."""
    plain = pyarrow.CompressedInputStream(pyarrow.OSFile(str(file)), "zstd").read()
    with tarfile.open(fileobj=BytesIO(plain)) as tar:
        return {one.name: member.read() for one in tar if (member := tar.extractfile(one))}


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
@pytest.mark.parametrize("of", ["sqlite", "postgresql"])
def test_what_was_backed_up_comes_back_in_either_kind_of_database(
    of: str, to: str, tmp_path: Path
) -> None:
    here = installed(tmp_path / "here", fresh(of))
    there = settings(tmp_path / "there", fresh(to))
    made = take(here, tmp_path / "b.tar.zst")
    assert made.manifest.database == of
    found = restore(there, tmp_path / "b.tar.zst")
    assert found.kept == ""
    before, after = rows_of(here.store.database), rows_of(there.store.database)
    assert after == before
    assert sum(map(len, before.values())) == made.rows > 60
    assert sum(bool(rows) for rows in before.values()) >= 20
    with open_store(there.store.database) as store:
        assert store.decisions.verify() is None
        assert store.accounts.user("ann") is not None
    if of == to:
        with open_store(here.store.database) as one, open_store(there.store.database) as other:
            images = [store.image() for store in (one, other)]
        if of == "sqlite":  # bytes 40 to 43 count changes of the schema
            images = [image[:40] + image[44:] for image in images]
        assert images[0] == images[1]
    model = next(Path(there.models.registry).iterdir())
    assert model.read_bytes() == b"arrays"
    assert sorted(path.name for path in there.report.folder.iterdir()) == [
        "ideas.json",
        "report.html",
    ]


def test_equal_installations_make_equal_members(tmp_path: Path) -> None:
    for name in ("one", "two"):
        take(installed(tmp_path / name), tmp_path / f"{name}.tar.zst")
    one, two = (unpacked(tmp_path / f"{name}.tar.zst") for name in ("one", "two"))
    differing = {name for name in one if one[name] != two.get(name)}
    # What tells of clocks, folders and processes.
    clocked = {"manifest.json", "manifest.json.sha256"}
    clocked |= {f"tables/{name}/00001.jsonl" for name in ("step", "event", "report_file")}
    assert list(one) == list(two)
    assert differing <= clocked


def test_a_backup_says_what_it_holds_and_what_was_not_there(tmp_path: Path) -> None:
    made = take(installed(tmp_path / "here"), tmp_path / "b.tar.zst")
    members = unpacked(tmp_path / "b.tar.zst")
    manifest = json.loads(members["manifest.json"])
    assert [name for name in members if name.startswith(("models/", "report/", "keys/"))] == [
        *(name for name in manifest["members"] if name.startswith("models/themes-model-")),
        "report/ideas.json",
        "report/report.html",
    ]
    assert made.manifest.missing == ("themes-a-0.bin", "themes-a-1.bin")
    assert not {"lease", "web_session", "alembic_version"} & set(manifest["tables"])
    assert stat.S_IMODE((tmp_path / "b.tar.zst").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.zst", "here"]
    left = {path.name for path in (tmp_path / "here").iterdir()}
    assert left == {"config.toml", "store.db", "report", "registry", "pseudonym.key"}


def test_a_store_that_is_there_is_replaced_only_when_asked_and_kept(
    database: str, tmp_path: Path
) -> None:
    config = installed(tmp_path / "here", database)
    file = tmp_path / "b.tar.zst"
    take(config, file)
    with open_store(config.store.database) as store:
        store.decisions.record(Draft("comment", "need-1", "bob", NOON, reason="later"))
    later = rows_of(config.store.database)
    with pytest.raises(StoreError, match=r"holds a store already; .* --replace"):
        restore(config, file)
    assert rows_of(config.store.database) == later
    with (
        open_store(config.store.database) as store,
        store.lease("pipeline"),
        pytest.raises(BusyError, match="pipeline is owned"),
    ):
        restore(config, file, replace=True)
    found = restore(config, file, replace=True)
    assert len(rows_of(config.store.database)["decision"]) == len(later["decision"]) - 1
    assert rows_of(kept_database(database, found.kept)) == later


def kept_database(database: str, kept: str) -> str:
    if "://" not in database:
        assert stat.S_IMODE(Path(kept).stat().st_mode) == 0o600
        return kept
    return f"{database}?options=-csearch_path%3D{kept}"


def test_an_app_that_is_open_sees_what_came_back(database: str, tmp_path: Path) -> None:
    config = installed(tmp_path / "here", database)
    take(config, tmp_path / "b.tar.zst")
    with open_store(config.store.database) as store:
        store.decisions.record(Draft("comment", "need-1", "bob", NOON, reason="later"))
        assert len(store.decisions.log()) == 2
        restore(config, tmp_path / "b.tar.zst", replace=True)
        assert len(store.decisions.log()) == 1
        store.decisions.record(Draft("comment", "need-1", "bob", NOON, reason="anew"))
        assert store.decisions.verify() is None
        assert len(store.decisions.log()) == 2


def test_a_backup_made_while_people_decide_is_a_beginning_of_the_log(
    database: str, tmp_path: Path
) -> None:
    config = installed(tmp_path / "here", database)
    ended = threading.Event()

    def decide() -> None:
        with open_store(config.store.database) as store:
            while not ended.is_set():
                store.decisions.record(Draft("comment", "need-1", "bob", NOON, reason="hm"))

    deciding = threading.Thread(target=decide)
    deciding.start()
    try:
        for n in range(3):
            take(config, tmp_path / f"{n}.tar.zst")
    finally:
        ended.set()
        deciding.join()
    log = rows_of(config.store.database)["decision"]
    for n in range(3):
        restore(config, tmp_path / f"{n}.tar.zst", into=str(tmp_path / f"{n}.db"))
        found = rows_of(str(tmp_path / f"{n}.db"))["decision"]
        assert found == log[: len(found)]
        assert 1 <= len(found) <= len(log)
        with open_store(str(tmp_path / f"{n}.db")) as store:
            assert store.decisions.verify() is None


def test_a_run_at_work_is_backed_up_between_two_of_its_batches(tmp_path: Path) -> None:
    config = installed(tmp_path / "here")
    with open_store(config.store.database) as store, store.lease("pipeline"):
        made = take(config, tmp_path / "b.tar.zst")
    assert made.rows > 60


def test_an_encrypted_backup_holds_the_key_of_the_pseudonyms_too(tmp_path: Path) -> None:
    here, there = installed(tmp_path / "here"), settings(tmp_path / "there")
    recipient = new_key(tmp_path / "age.key")
    new_key(tmp_path / "other.key")
    assert stat.S_IMODE((tmp_path / "age.key").stat().st_mode) == 0o600
    file = tmp_path / "b.tar.zst.age"
    made = take(here, file, [recipient])
    assert (made.encrypted, made.key) == (True, True)
    assert file.read_bytes().startswith(b"age-encryption.org/v1")
    with pytest.raises(ConfigError, match="is encrypted; name the file of its key"):
        restore(there, file)
    with pytest.raises(StoreError, match=r"no key in .*other\.key opens it; name the right one"):
        restore(there, file, identity=tmp_path / "other.key")
    assert not there.store.path.exists()
    assert look(file, tmp_path / "age.key").manifest == made.manifest
    restore(there, file, identity=tmp_path / "age.key")
    assert there.privacy.key_file.read_text() == KEY
    assert stat.S_IMODE(there.privacy.key_file.stat().st_mode) == 0o600
    assert rows_of(there.store.database) == rows_of(here.store.database)


def test_another_key_of_the_pseudonyms_is_not_written_over(tmp_path: Path) -> None:
    here, there = installed(tmp_path / "here"), settings(tmp_path / "there")
    there.privacy.key_file.write_text("another")
    take(here, tmp_path / "b.age", [new_key(tmp_path / "age.key")])
    with pytest.raises(ConfigError, match="is another key than the backup's"):
        restore(there, tmp_path / "b.age", identity=tmp_path / "age.key")
    assert not there.store.path.exists()
    restore(there, tmp_path / "b.age", identity=tmp_path / "age.key", replace=True)
    assert there.privacy.key_file.read_text() == KEY
    kept = there.privacy.key_file.with_name("pseudonym.key.before-restore")
    assert kept.read_text() == "another"


@pytest.mark.parametrize(
    ("recipient", "says"),
    [
        ("age1nothing", "recipient age1nothing: no public key of age"),
        ("AGE-SECRET-KEY-1QQQ", "this is a private key, which belongs in a file"),
    ],
)
def test_what_is_no_public_key_is_refused(recipient: str, says: str, tmp_path: Path) -> None:
    config = installed(tmp_path / "here")
    with pytest.raises(ConfigError, match=says) as refused:
        take(config, tmp_path / "b.age", [recipient])
    assert "QQQ" not in str(refused.value)
    assert not (tmp_path / "b.age").exists()


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    config = installed(tmp_path / "here")
    (tmp_path / "b.tar.zst").write_text("mine")
    with pytest.raises(ConfigError, match="is there already; name another file"):
        take(config, tmp_path / "b.tar.zst")
    assert (tmp_path / "b.tar.zst").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    config = installed(tmp_path / "here")
    with pytest.raises(StoreError, match=r"b\.tar\.zst: cannot be written: File exists; make room"):
        take(config, tmp_path / "here" / "store.db" / "b.tar.zst")


def test_without_a_store_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store yet; 'groundswell run' makes it"):
        take(settings(tmp_path / "here"), tmp_path / "b.tar.zst")
    assert not (tmp_path / "b.tar.zst").exists()


def test_a_password_is_refused_on_the_command_line(tmp_path: Path) -> None:
    config = installed(tmp_path / "here")
    take(config, tmp_path / "b.tar.zst")
    with pytest.raises(ConfigError, match=r"--into: a password .* ~/\.pgpass") as refused:
        restore(config, tmp_path / "b.tar.zst", into="postgresql://jo:secret@127.0.0.1:1/x")
    assert "secret" not in str(refused.value)


def test_the_commands_make_check_and_bring_back(tmp_path: Path) -> None:
    config = installed(tmp_path / "here")
    chosen = ["--config", str(tmp_path / "here" / "config.toml")]
    key, file = tmp_path / "age.key", tmp_path / "b.tar.zst.age"
    run = CliRunner().invoke
    recipient = run(app, ["backup", "--new-key", str(key)]).stdout.strip()
    done = run(app, ["backup", str(file), "--recipient", recipient, *chosen])
    assert done.exit_code == 0, done.output
    assert "rows and 4 files" in done.stdout
    done = run(app, ["backup", "--verify", str(file), "--identity", str(key), "--json"])
    assert json.loads(done.stdout)["schema_revision"]
    assert run(app, ["backup", "--verify"]).exit_code == 2
    done = run(app, ["restore", str(file), "--identity", str(key), *chosen])
    assert (done.exit_code, "holds a store already" in done.stderr) == (2, True)
    words = ["restore", str(file), "--identity", str(key), "--replace", "--json", *chosen]
    found = json.loads(run(app, words).stdout)
    assert found["place"] == str(config.store.path)
    assert Path(found["kept"]).exists()


def test_settings_name_the_folder_and_who_may_open_it(tmp_path: Path) -> None:
    here = installed(tmp_path / "here")
    recipient = new_key(tmp_path / "age.key")
    path = tmp_path / "here" / "config.toml"
    path.write_text(
        f'{path.read_text()}\n[backup]\nfolder = "../kept"\nrecipients = ["{recipient}"]\n'
    )
    done = CliRunner().invoke(app, ["backup", "--config", str(path), "--json"])
    made = json.loads(done.stdout)
    assert made["encrypted"]
    last = newest(tmp_path / "kept")
    assert last is not None
    assert last[0].samefile(made["path"])
    assert here.store.path.exists()
    assert newest(tmp_path / "here") is None
