"""Alone on this machine, as a team, and behind a proxy."""

import re
import tomllib
from getpass import getuser
from pathlib import Path
from typing import Any

import pytest

from groundswell.accounts import ROLES
from groundswell.errors import ConfigError
from groundswell.web_config import WebConfig
from tests.web.guard.test_routes import PLANTED
from tests.web.people import HTML, PASSWORD, add_user, browser, settings
from web.app import serve

HTTPS = {"x-forwarded-proto": "https", "host": "review.example.com"}


def test_alone_on_this_machine_one_is_admin_under_the_own_name(tmp_path: Path) -> None:
    client = browser(settings(tmp_path), pages=PLANTED)
    answer = client.post("/admin/thing")
    assert (answer.status_code, answer.text) == (200, f"{getuser()} thing")
    assert client.get("/login").headers["location"] == "/"
    assert "groundswell users add" in client.get("/account").text


def test_with_the_first_user_everybody_signs_in(tmp_path: Path) -> None:
    config = settings(tmp_path)
    client = browser(config, pages=PLANTED)
    assert client.get("/read/thing").status_code == 200
    add_user(config)
    assert client.get("/read/thing").status_code == 403


@pytest.mark.parametrize(
    "web",
    [
        {"host": "0.0.0.0"},
        {"host": "::"},
        {"host": "192.168.1.7"},
        {"host": "example.com"},
        {"host": ""},
        {"hosts": ["review.example.com"]},
        {"https": True},
    ],
    ids=str,
)
def test_where_others_could_reach_it_nobody_is_let_in_without_an_account(
    tmp_path: Path, web: dict[str, object]
) -> None:
    config = settings(tmp_path, **web)
    with pytest.raises(ConfigError, match=r"^host .*: .*nobody has an account.*users add") as error:
        serve(config, port=1)
    assert "\n" not in str(error.value)
    client = browser(config, pages=PLANTED)
    assert client.get("/read/thing", headers={"x-forwarded-proto": "https"}).status_code == 403


def test_the_addresses_of_loopback_are_known(tmp_path: Path) -> None:
    for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost"):
        assert settings(tmp_path, host=host).web.is_for_one


def test_behind_a_proxy_only_https_is_answered(tmp_path: Path) -> None:
    config = settings(tmp_path, https=True, hosts=["review.example.com"])
    add_user(config)
    client = browser(config)
    for headers in ({}, {"x-forwarded-proto": "http"}, {"x-forwarded-proto": "ftp"}):
        client.base_url = "http://review.example.com"
        answer = client.get("/login", headers=headers)
        assert (answer.status_code, "https alone" in answer.text) == (403, True)
        assert "strict-transport-security" not in answer.headers
    answer = client.get("/login", headers=HTTPS)
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_stranger_who_plays_the_proxy_is_not_believed(tmp_path: Path) -> None:
    config = settings(tmp_path, https=True, hosts=["review.example.com"], proxies=["10.0.0.0/8"])
    add_user(config)
    client = browser(config)  # from 127.0.0.1, which is no proxy of these settings
    client.base_url = "http://review.example.com"
    assert client.get("/login", headers=HTTPS).status_code == 403


def test_without_https_no_header_of_a_proxy_is_believed(tmp_path: Path) -> None:
    config = settings(tmp_path)
    add_user(config)
    answer = browser(config).get("/", headers=HTML | HTTPS | {"host": "127.0.0.1"})
    assert answer.status_code == 303
    assert "strict-transport-security" not in answer.headers


def test_guesses_are_counted_by_the_address_that_the_proxy_says(tmp_path: Path) -> None:
    config = settings(tmp_path, https=True, hosts=["review.example.com"])
    add_user(config)
    client = browser(config)

    def guess(number: int, chain: str) -> int:
        fields = {"name": f"name{number}", "password": PASSWORD}
        headers = HTTPS | {"x-forwarded-for": chain}
        return client.post("/login", data=fields, headers=headers).status_code

    # What a stranger writes in front of the own address changes nothing.
    statuses = [guess(number, f"1.2.3.{number}, 203.0.113.5") for number in range(31)]
    assert statuses == [403] * 30 + [429]
    assert guess(99, "203.0.113.6") == 403


def test_an_own_page_is_known_by_the_name_under_https(tmp_path: Path) -> None:
    config = settings(tmp_path, https=True, hosts=["review.example.com"])
    add_user(config)
    client = browser(config)
    del client.headers["sec-fetch-site"]
    fields = {"name": "ann", "password": PASSWORD}
    for origin, status in (
        ("https://review.example.com", 303),
        ("http://review.example.com", 403),
        ("https://review.example.com.evil.example", 403),
    ):
        answer = client.post("/login", data=fields, headers=HTTPS | {"origin": origin})
        assert answer.status_code == status


def test_the_document_says_the_roles_and_settings_that_there_are() -> None:
    page = Path(__file__).parents[3].joinpath("docs", "review-app.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    provided, web = (WebConfig.model_validate(tomllib.loads(block)["web"]) for block in blocks)
    assert (provided.oidc.shown, provided.oidc.newcomers) == ("Acme ID", True)
    assert (web.https, web.hosts, web.is_for_one) == (True, ("review.example.com",), False)
    assert web.proxies == WebConfig().proxies
    table = page.partition("| role | may |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| (\w+) \|", table, re.MULTILINE)) == ROLES


def test_the_page_of_the_document_is_answered(tmp_path: Path) -> None:
    page = Path(__file__).parents[3].joinpath("docs", "review-app.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    written: dict[str, Any] = {}
    exec(block, written)
    client = browser(settings(tmp_path), pages=written["ROUTES"])
    assert client.get("/greetings/hello").text == f"hello, {getuser()}"
