"""An installation with somebody who is erased, and its twin that never knew them.

Zoe wrote messages, one of which somebody else sent again, a row that could not be used, and has an
account and a deal. Vic is erased in both, so that both make everything anew: what is left must be
equal to the byte.
"""

import json
import os
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from flows import steps
from flows.context import RunKind
from flows.upkeep.erasing import erase, subjects_of
from groundswell.config import (
    Config,
    EmbeddingConfig,
    PrivacyConfig,
    RankingConfig,
    ReportConfig,
    SourceConfig,
    StoreConfig,
    ThemesConfig,
)
from groundswell.domain import Draft
from groundswell.domain.erasure import Erasure
from groundswell.models_config import ModelsConfig
from groundswell.store import database as database_module
from groundswell.store import open_store

if TYPE_CHECKING:
    import pandas as pd

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
NEEDS = (
    "please add an offline mode for the basement",
    "the export of invoices to a spreadsheet fails",
    "dark theme would help my eyes at night",
)
WORDS = ("really", "quite", "very", "often", "always", "sometimes", "still", "again", "today")
SALT, KEY = "5a" * 16, b"drawn by chance!"

TWICE = f"{NEEDS[1]} and it has done so for weeks in every office we have"
"""Zoe wrote it, and somebody else sent it again."""

LONG = (
    "our quartzite dispatch desk loses forty seven crane drivers whenever the marmalade tunnel"
    " floods and nobody upstairs believes that the violet siren rings backwards through the"
    " seventh corridor until the baker calls the ferryman about the copper ledger again tonight"
)
CANARIES = {
    "name": "Zoe Quillfeather",
    "e-mail": "zoe.quillfeather@zebraquartz.example",
    "author": "zoe-author-77x",
    "account": "zz-account-41q",
    "message": "zoe-message-9000",
    "phone": "+44 20 7946 0958",
    "company": "Zebraquartz Ltd",
    "rare word": "zebraquartz",
    "other rare word": "flumpwhistle",
    "emoji": "🦓🧿🪗",
    "right to left": "זברהקוורץ",
    "combining": "zebra\u0301quartz\u0323",
    "deal": "they want the flumpwhistle integration",
    "sentence": LONG,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation lies, and what it is made of."""

    folder: Path
    database: str
    seed: int
    with_zoe: bool
    late: bool = False
    """They write after everybody else, so that the lines of others stay where they were."""

    @property
    def config(self) -> Config:
        """The settings; paths are relative, so that both are the same."""
        return Config(
            store=StoreConfig(path=Path(self.database)),
            sources=(
                SourceConfig(name="reviews", path=Path("reviews.csv"), channel="review"),
                SourceConfig(name="accounts", kind="accounts", path=Path("accounts.csv")),
                SourceConfig(name="deals", kind="deals", path=Path("deals.csv")),
            ),
            privacy=PrivacyConfig(key_file=Path("key"), receipts=Path("receipts")),
            embedding=EmbeddingConfig(model="hashing", cache=Path("models")),
            themes=ThemesConfig(min_statements=4),
            models=ModelsConfig(registry="registry"),
            ranking=RankingConfig(draws=100),
            report=ReportConfig(folder=Path("report")),
        )

    def run(self, day: int, kind: RunKind = "refresh") -> None:
        """Run every step."""
        os.chdir(self.folder)
        with patch.object(database_module, "MAX_PAUSE_SECONDS", 0.0):
            clock = START + timedelta(days=day)
            taken = {"refresh": steps.REFRESH, "retrain": steps.RETRAIN}[kind]
            steps.run(taken, self.config, kind=kind, clock=lambda: clock)

    def write_inputs(self, *, cleaned: bool = False) -> None:
        """Write the files; cleaned: without those who were erased."""
        os.chdir(self.folder)
        vic, zoe = not cleaned, self.with_zoe and not cleaned
        Path("key").touch(mode=0o600)
        Path("key").write_text("the same key in every place")  # else pseudonyms differ
        for name, lines in (
            ("reviews", _reviews(self.seed, vic=vic, zoe=zoe, late=self.late)),
            ("accounts", _accounts(vic=vic, zoe=zoe)),
            ("deals", _deals(vic=vic, zoe=zoe)),
        ):
            Path(f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def decide(self) -> None:
        """Let reviewers decide, the same in both."""
        with open_store(self.database) as store:
            said = store.feedback.statements()
            others = said[said["text"].str.startswith(f"{NEEDS[0]} ") & ~_is_theirs(said["text"])]
            chosen = f"statement-{min(others['statement_id'])}"
            for draft in (
                Draft("rename", "theme-0", "Ana", START, {"label": "A name"}),
                Draft("merge", "theme-1", "Ana", START, {"merged_into": "theme-2"}),
                Draft("set_kind", chosen, "Ben", START, {"kind": "praise"}),
                Draft("reject", "need-2", "Ben", START, {}, "too costly for us"),
            ):
                store.decisions.record(draft)

    def erase(self, day: int = 3) -> Erasure | None:
        """Erase Vic, and Zoe where she is."""
        os.chdir(self.folder)
        moment = START + timedelta(days=day)
        accounts = ["vv", *(["zz-account-41q"] if self.with_zoe else [])]
        authors = ["vic", *(["zoe-author-77x"] if self.with_zoe else [])]
        subjects = subjects_of(self.config, accounts, authors)
        return erase(self.config, subjects, by="Ana", clock=lambda: moment, salt=SALT, key=KEY)

    def files(self) -> dict[str, bytes]:
        """Return every file of reports and models, by name, without numbers of empty needs."""
        found = (
            path for name in ("report", "registry") for path in (self.folder / name).rglob("*")
        )
        files = {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(found)
            if path.is_file()
        }
        (themes,) = [name for name in files if name.startswith("registry/themes-themes-")]
        told = json.loads(files.pop(themes))
        told["themes"] = [one for one in told["themes"] if one["size"] or one["label"]]
        del told["retired"]  # numbers alone
        return files | {"themes": json.dumps(told).encode()}

    def dump(self, into: Path) -> bytes:
        """Return the image of the store without what is declared to differ."""
        with open_store(self.database) as store:
            into.write_bytes(store.image())
        whole = into.with_suffix(".whole")
        with closing(sqlite3.connect(into)) as connection:
            for line in DECLARED:
                connection.execute(line)
            connection.commit()
            connection.execute("VACUUM INTO ?", (str(whole),))
        return whole.read_bytes()


DECLARED = (
    "DELETE FROM step",
    "DELETE FROM erasure",
    "UPDATE package SET sha256 = package_id, size_bytes = 0, accepted = 0, duplicate = 0,"
    " quarantined = 0, rows_done = 0, erased = 0",
    "DELETE FROM theme WHERE size = 0 AND label = ''",
    "UPDATE model_version SET files = json_remove(files, '$.\"themes.json\"')"
    " WHERE kind = 'themes'",
)
"""What tells that somebody was there and how many rows they had: the ledger's steps, the erasures,
the counters of the inputs, and numbers of needs that were told apart with them or without them
alone, which have neither name nor statements any more. The file of themes is compared itself."""


def _reviews(seed: int, *, vic: bool, zoe: bool, late: bool) -> list[str]:
    chance = random.Random(seed)
    rows = [
        f"{n},{NEEDS[n % 3]} {' '.join(chance.sample(WORDS, 3))} {n // 3}"
        f",{_day(2 * n)},u{n % 9},a{n % 7},{1 + n % 4}"
        for n in range(42)
    ]
    rows.append(f"c1,{TWICE},{_day(20)},u1,a1,3")
    chance.shuffle(rows)
    for row in (_vics() if vic else []) + (_zoes() if zoe else []):
        rows.insert(len(rows) if late else chance.randrange(len(rows)), row)
    return ["id,text,created_at,author,account,rating", *rows]


def _vics() -> list[str]:
    return [f"v{n},{NEEDS[n]} says vic,{_day(n)},vic,vv,2" for n in range(3)]


def _zoes() -> list[str]:
    who = "zoe-author-77x,zz-account-41q,2"
    strange = "zebraquartz flumpwhistle 🦓🧿🪗 זברהקוורץ zebra\u0301quartz\u0323"
    named = "Zoe Quillfeather +44 20 7946 0958 zoe.quillfeather@zebraquartz.example"
    return [
        f"{CANARIES['message']},{NEEDS[0]} {LONG},{_day(9)},{who}",
        f"z1,{NEEDS[1]} {strange},{_day(5)},{who}",
        f"z2,{named} says {NEEDS[2]},{_day(3)},{who}",
        f"z3,{TWICE},{_day(30)},{who}",
        f"z4,zebraquartz is broken,soon,{who}",
        "z5,zebraquartz is broken,zoe-author-77x",
    ]


def _accounts(*, vic: bool, zoe: bool) -> list[str]:
    rows = [f"a{n},Firm {n},{1000 * (n + 1)},smb" for n in range(7)]
    rows += ["vv,Vic and Sons,700,smb"] if vic else []
    rows += ["zz-account-41q,Zebraquartz Ltd,90000,enterprise"] if zoe else []
    return ["account_id,name,arr,segment", *rows]


def _deals(*, vic: bool, zoe: bool) -> list[str]:
    rows = [f"D{n},a{n},lost,{500 * n},wants an offline mode" for n in range(1, 4)]
    rows += ["DV,vv,lost,70,not for the likes of vic"] if vic else []
    rows += [f"DZ,zz-account-41q,lost,9000,{CANARIES['deal']}"] if zoe else []
    return ["opp_id,account_id,stage,amount,reasons", *rows]


def _day(before: int) -> str:
    return (START - timedelta(days=before + 1)).date().isoformat()


def _is_theirs(texts: "pd.Series[str]") -> "pd.Series[bool]":
    return texts.str.contains("quartz|vic", regex=True)
