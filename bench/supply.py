"""What is installed: under which licences, from whom, and what is known against it.

An audit that skipped a package has not looked at it, and one that reached nobody has looked at
none. Neither may end well, so both are counted from the answers themselves.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import Distribution, PackageMetadata, distributions
from pathlib import Path
from typing import Any

from groundswell.errors import ConfigError

ROOT = Path(__file__).parents[1]
PINS = ROOT / "constraints.txt"
ACCEPTED = ROOT / "advisories.toml"

LOOKED_AT = {"axe-playwright-python": "MIT", "pyrage": "MIT"}
"""Licences of packages that state theirs in a file alone, as a person read it there."""

KNOWN_LICENCES = (
    "apache",
    "artistic",
    "bsd",
    "cc0",
    "cnri-python",
    "hpnd",
    "isc",
    "lgpl",  # used as libraries, unchanged
    "mit",
    "mpl",
    "mozilla",
    "mulanpsl",
    "psf",
    "python software foundation",
    "public domain",
    "unlicense",
    "zlib",
    "zpl",
)
"""Words of licences under which we may pass on what we install."""

REFUSED = ("agpl", "affero", "sspl", "business source", "commons clause")


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit says of every pin."""

    looked_at: int
    not_looked_at: tuple[str, ...]
    found: tuple[str, ...]
    """Advisories as ``package id``, without those that are accepted."""
    overdue: tuple[str, ...]
    """Advisories that were accepted until a day that is over."""

    @property
    def is_well(self) -> bool:
        """Whether every pin was looked at and nothing speaks against one."""
        return not (self.not_looked_at or self.found or self.overdue)


def run(argv: Sequence[str]) -> Mapping[str, Any]:
    """Take one of the looks.

    Raises
    ------
    ConfigError
        Something speaks against what is installed, or it could not be told.
    """
    parser = argparse.ArgumentParser(prog="python -m bench supply", description=__doc__)
    parser.add_argument("what", choices=("audit", "licences"))
    parser.add_argument("--into", type=Path, help="write the list of licences to this file")
    options = parser.parse_args(argv)
    if options.what == "audit":
        return _audit()
    return _licences(options.into)


def judge(pins: Iterable[str], answer: Mapping[str, Any], accepted: Any, today: date) -> Audit:
    """Compare the answer of pip-audit with the pins.

    Parameters
    ----------
    pins
        As ``name==version``.
    answer
        The JSON of pip-audit: of each package its ``vulns``, or a ``skip_reason``.
    accepted
        Of each advisory: ``id``, ``until`` (a date) and ``why``.
    """
    wanted = {pin.partition("==")[0] for pin in pins}
    told = {_name(one["name"]): one for one in answer.get("dependencies", ())}
    looked = {name for name in wanted if "vulns" in told.get(name, {})}
    until = {one["id"]: one["until"] for one in accepted}
    found, overdue = [], []
    for name in sorted(looked):
        for advisory in told[name]["vulns"]:
            end = until.get(advisory["id"])
            if end is None:
                found.append(f"{name} {advisory['id']}")
            elif end < today:
                overdue.append(f"{name} {advisory['id']} (accepted until {end})")
    return Audit(len(looked), tuple(sorted(wanted - looked)), tuple(found), tuple(overdue))


def licence_of(package: Distribution) -> str:
    """Return the licence of a package in its own words, shortened; empty: it states none."""
    stated = package.metadata
    words = [_stated(stated, "License-Expression")]
    words += [
        c.rpartition(" :: ")[2] for c in stated.get_all("Classifier", []) if "License ::" in c
    ]
    words.append(_stated(stated, "License").strip().partition("\n")[0])
    return next((one for one in words if one and one != "UNKNOWN"), "")


def is_refused(licence: str) -> bool:
    """Tell whether a licence is one that we do not know to allow what we do."""
    told = licence.lower()
    if any(word in told for word in REFUSED):
        return True
    return not any(word in told for word in KNOWN_LICENCES)


def _audit() -> Mapping[str, Any]:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(PINS), "--no-deps"]
    command += ["--disable-pip", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(  # noqa: S603 - this interpreter, a module that is pinned
        command, capture_output=True, text=True, check=False
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise ConfigError(
            f"pip-audit gave no answer ({last}); nothing is known of any package: repeat it on a"
            " network that reaches pypi.org"
        ) from None
    accepted = tomllib.loads(ACCEPTED.read_text(encoding="utf-8")).get("accepted", ())
    audit = judge(PINS.read_text().split(), answer, accepted, datetime.now(UTC).date())
    if not audit.is_well:
        raise ConfigError(_told(audit))
    return {"looked_at": audit.looked_at, "found": 0}


def _told(audit: Audit) -> str:
    parts = []
    if audit.not_looked_at:
        few = ", ".join(audit.not_looked_at[:5])
        more = len(audit.not_looked_at) - 5
        parts.append(
            f"{len(audit.not_looked_at)} packages were not looked at ({few}"
            f"{f' and {more} more' if more > 0 else ''}): nothing is known of them"
        )
    if audit.found:
        parts.append(f"advisories: {', '.join(audit.found)}")
    if audit.overdue:
        parts.append(f"accepted for too long: {', '.join(audit.overdue)}")
    return "; ".join(parts) + "; raise the pins, or accept one until a day in advisories.toml"


def _licences(into: Path | None) -> Mapping[str, Any]:
    pinned = {pin.partition("==")[0] for pin in PINS.read_text().split()}
    found = {_name(one.metadata["Name"]): one for one in distributions()}
    lines = [
        f"{name}\t{found[name].version}\t{licence_of(found[name]) or LOOKED_AT.get(name, '')}"
        for name in sorted(pinned & set(found))
    ]
    refused = [line for line in lines if is_refused(line.rpartition("\t")[2])]
    if into is not None:
        into.parent.mkdir(parents=True, exist_ok=True)
        into.write_text("package\tversion\tlicence\n" + "\n".join(lines) + "\n", encoding="utf-8")
    if refused:
        told = ", ".join(" ".join(line.split("\t")) for line in refused)
        raise ConfigError(f"licences that nobody has looked at: {told}; look, or do without")
    return {"packages": len(lines), "not_installed": sorted(pinned - set(found))}


def _stated(metadata: PackageMetadata, field: str) -> str:
    return str(metadata[field]) if field in metadata else ""


def _name(text: str) -> str:
    return text.lower().replace("_", "-").replace(".", "-")
