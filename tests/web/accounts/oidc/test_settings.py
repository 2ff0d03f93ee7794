"""What the settings of a provider refuse."""

from pathlib import Path

import pytest

from groundswell.config import load_config
from groundswell.errors import ConfigError

GOOD = """
[web]
https = true
[web.oidc]
issuer = "https://id.example.com"
client_id = "app"
"""


def load(folder: Path, text: str) -> None:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    load_config(path)


def test_a_provider_needs_an_issuer_and_a_client(tmp_path: Path) -> None:
    load(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("https = true", 'host = "0.0.0.0"', "needs https = true"),
        ("https = true", 'hosts = ["review.example.com"]', "needs https = true"),
        ('"https://id', '"http://id', "expected an https address"),
        ('"https://id.example.com"', '"id.example.com"', "expected an https address"),
        ('client_id = "app"', "", "no client_id"),
        ('client_id = "app"', 'client_id = "app"\nnewcomers = true', "name domains or roles"),
        (
            'client_id = "app"',
            'client_id = "app"\nnewcomers = true\ndomains = ["example.com"]',
            "have no role",
        ),
        ('client_id = "app"', 'client_id = "app"\nroles = { a = "boss" }', "roles.a = 'boss'"),
        ('client_id = "app"', 'client_id = "app"\nisuer = "x"', "did you mean issuer"),
    ],
)
def test_what_does_not_go_together_is_refused_in_one_line(
    tmp_path: Path, was: str, now: str, words: str
) -> None:
    assert was in GOOD
    with pytest.raises(ConfigError, match=words) as found:
        load(tmp_path, GOOD.replace(was, now))
    assert "\n" not in str(found.value)


def test_on_this_machine_alone_no_https_is_needed(tmp_path: Path) -> None:
    text = GOOD.replace("https = true", "").replace("https://id.example.com", "http://127.0.0.1:99")
    load(tmp_path, text)
