"""Who was erased, for those who run the installation."""

from pathlib import Path

from groundswell.domain.erasure import Subject
from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.groundswell.samples import START
from tests.web.pages.filling import Shown, config_in, fill
from tests.web.people import add_user, browser, sign_in

SALT, PSEUDONYM = "5a" * 16, "author-" + "a" * 20


def test_before_anybody_was_erased_it_says_how(shown: Shown) -> None:
    text = shown.text("/erasures")
    assert "Nobody was erased" in text
    assert "<code>groundswell erase --account ID</code>" in text
    assert 'href="/erasures"' in shown.text("/about")


def test_receipts_are_shown_without_names_and_with_what_was_not_reached(
    tmp_path: Path, report: IdeaReport
) -> None:
    shown = fill(config_in(tmp_path), report)
    with open_store(shown.config.store.database) as store, store.lease("pipeline") as lease:
        made = store.erasures.erase(
            lease, (Subject("author", PSEUDONYM),), at=START, by="<Ana>", salt=SALT, key=b"k"
        )
        assert made is not None
    text = shown.text("/erasures")
    assert "one author" in text
    assert made.tombstones[0].digest[:12] in text
    assert PSEUDONYM not in text
    assert "&lt;Ana&gt;" in text
    assert "Files are still to go" in text


def test_only_an_admin_sees_them(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    for name, role, status in (("ann", "planner", 403), ("ben", "admin", 200)):
        add_user(config, name, role)  # type: ignore[arg-type]
        client = browser(config)
        sign_in(client, name)
        assert client.get("/erasures").status_code == status
