import subprocess
import sys
from pathlib import Path

import pytest

from groundswell.errors import ConfigError
from ingest.privacy import Privacy, load_key
from ingest.privacy.key import _make

KEY = b"sixteen bytes ok"
VARIABLE = "GROUNDSWELL_TEST_KEY"


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_every_author_and_account_gets_a_pseudonym() -> None:
    for identifier in ("u-0412", "4155550142", "A. Customer", "jo@example.com"):
        hidden = Privacy(KEY).pseudonym(identifier, "author")
        assert hidden.startswith("author-")
        assert identifier not in hidden
        assert len(hidden) == len("author-") + 20


def test_a_pseudonym_is_the_keyed_hash_of_kind_and_identifier() -> None:
    # printf 'account\0u-1' | openssl dgst -sha256 -hmac 'sixteen bytes ok'
    assert Privacy(KEY).pseudonym("u-1", "account") == "account-6179193f35c8fb73dc6a"


def test_one_person_is_one_pseudonym_however_the_address_is_written() -> None:
    privacy = Privacy(KEY)
    first = privacy.pseudonym("Jo@Example.com", "author")
    assert privacy.pseudonym(" jo@example.COM ", "author") == first
    assert privacy.pseudonym("al@example.com", "author") != first
    assert privacy.pseudonym("Zoe\u0308", "author") == privacy.pseudonym("Zo\u00eb", "author")
    assert privacy.pseudonym("U-1", "author") != privacy.pseudonym("u-1", "author")


def test_another_key_or_kind_is_another_pseudonym() -> None:
    hidden = Privacy(KEY).pseudonym("u-1", "author")
    assert Privacy(KEY + b"!").pseudonym("u-1", "author") != hidden
    assert Privacy(KEY).pseudonym("u-1", "account")[-20:] != hidden[-20:]


def test_patterns_and_names_do_not_change_pseudonyms() -> None:
    other = Privacy(KEY, patterns=(("order", "u-1"),), names=False)
    assert other.pseudonym("u-1", "author") == Privacy(KEY).pseudonym("u-1", "author")


@pytest.mark.parametrize("identifier", ["", "  "])
def test_nobody_has_no_pseudonym(identifier: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        Privacy(KEY).pseudonym(identifier, "author")


def test_a_record_keeps_its_identifier_unless_it_is_personal() -> None:
    privacy = Privacy(KEY)
    assert privacy.source_id("ticket-00123") == "ticket-00123"
    assert privacy.source_id("jo@example.com/3").startswith("record-")
    with pytest.raises(ValueError, match="empty"):
        privacy.source_id("")


def test_a_short_key_is_our_own_mistake_and_no_key_is_shown() -> None:
    with pytest.raises(ValueError, match="15 bytes"):
        Privacy(b"fifteen bytes..")
    assert "sixteen" not in repr(Privacy(KEY))


def test_the_variable_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0123456789abcdef")
    assert load_key(VARIABLE, tmp_path / "key") == b"0123456789abcdef"
    assert not (tmp_path / "key").exists()


def test_a_short_variable_is_refused_without_showing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "0123456789abcde")
    with pytest.raises(ConfigError, match=f"{VARIABLE}: a key of 15 characters") as refused:
        load_key(VARIABLE, tmp_path / "key")
    assert "0123456789" not in str(refused.value)


def test_the_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "key"
    key = load_key(VARIABLE, file)
    assert len(bytes.fromhex(key.decode())) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_key(VARIABLE, file) == key
    assert [path.name for path in file.parent.iterdir()] == ["key"]


def test_the_same_characters_are_the_same_key_in_either_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = load_key(VARIABLE, tmp_path / "key")
    monkeypatch.setenv(VARIABLE, key.decode())
    assert load_key(VARIABLE, tmp_path / "other") == key


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ingest.privacy.key import load_key;"
        f"sys.stdin.read(1); file = Path({str(tmp_path / 'key')!r});"
        f"print(load_key({VARIABLE!r}, file).decode())"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    keys = {process.communicate("x")[0] for process in processes}
    assert len(keys) == 1
    assert len(keys.pop().strip()) == 64


def test_a_key_that_came_meanwhile_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "key"
    first = load_key(VARIABLE, file)
    _make(file)  # as a process does that looked before the file was there
    assert load_key(VARIABLE, file) == first


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [
        (b"short\n", 0o600, "a key of 5 characters"),
        (b"0123456789abcdef\n", 0o644, "others may read the key .mode 644.; run chmod 600"),
        (b"0123456789abcdef\n", 0o660, "others may read"),
        (b"\xff" * 32, 0o600, "not text"),
    ],
)
def test_a_file_that_cannot_serve_is_refused_in_one_line(
    tmp_path: Path, content: bytes, mode: int, told: str
) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    file.chmod(mode)
    with pytest.raises(ConfigError, match=told) as refused:
        load_key(VARIABLE, file)
    assert "\n" not in str(refused.value)
    assert str(file) in str(refused.value)


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir(mode=0o700)
    with pytest.raises(ConfigError, match="cannot be read or made: Is a directory"):
        load_key(VARIABLE, tmp_path / "key")
