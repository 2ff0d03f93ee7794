"""Rows with a known fate: what is written is decided here, before any format is chosen."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from groundswell.domain import QuarantineReason

COLUMNS = ("id", "created_at", "text", "rating")

REASONS: Mapping[str, QuarantineReason] = {
    "no id": "missing_id",
    "long id": "field_too_long",
    "no text": "missing_text",
    "long text": "field_too_long",
    "marks": "too_many_marks",
    "NUL": "nul_byte",
    "no date": "bad_date",
    "bad date": "bad_date",
    "day first": "bad_date",
    "old date": "date_out_of_range",
    "word for a number": "bad_number",
    "rating too high": "number_out_of_range",
    "cell more": "field_count",
    "cell less": "field_count",
    "text after quote": "unterminated_quote",
    "open quote": "unterminated_quote",
    "bad bytes": "bad_encoding",
    "half pair": "lone_surrogate",
    "huge integer": "number_out_of_range",
    "beyond a float": "number_out_of_range",
    "NaN": "bad_number",
    "deep": "json_too_deep",
    "many keys": "field_count",
    "cut off": "json_syntax",
    "no object": "json_syntax",
    "#REF!": "cell_error",
    "formula alone": "formula_without_value",
    "no such time": "date_out_of_range",
}
"""Damage to a row, and what the reader must say of it."""

IN_CELLS = (
    *("no id", "long id", "no text", "no date", "bad date", "day first", "old date"),
    *("word for a number", "rating too high"),
)
"""Damage that any format can carry; each of the others belongs to some formats."""

_WORDS: Mapping[str, Sequence[str]] = {
    "ascii": (
        *("rota", "export", "the", "night", "shift", "cannot", "print", "two", "sites", "swap"),
        *("when", "offline", "badge", "reader", "payday", "it's", "(again)", "50%", "v2.1"),
    ),
    "latin": ("für", "Übersicht", "Schichtplan", "café", "mañana", "où", "déjà", "größer"),
    "japanese": ("シフト表", "印刷", "できない", "夜勤", "交代", "残業"),
    "any": ("Übersicht", "シフト表", "смена", "🙂", "👩‍🔧", "मदद", "günü", "café"),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A row before it is written. An empty damage: it is to be accepted as it is."""

    number: int
    cells: Mapping[str, str]
    damage: str = ""
    moment: datetime = field(default=datetime(2026, 1, 1, tzinfo=UTC))

    @property
    def fate(self) -> "Fate":
        """What must become of the row."""
        if self.damage:
            return REASONS[self.damage]
        rating = self.cells["rating"]
        text = self.cells["text"].replace("\r\n", "\n").replace("\r", "\n")
        return Values(self.cells["id"], text, self.moment, float(rating) if rating else None)


@dataclass(frozen=True, slots=True)
class Values:
    """What an accepted row must hold."""

    source_id: str
    text: str
    created_at: datetime
    rating: float | None


Fate = Values | QuarantineReason


def plan_rows(
    rng: random.Random, charset: str, damages: Sequence[str], marks: str, *, rated: bool
) -> list[Planned]:
    """Return 1 to 14 rows, some of them damaged.

    Parameters
    ----------
    charset
        ``ascii``, ``latin``, ``japanese`` or ``any``: letters that the encoding can write.
    marks
        Characters that mean something in the format; some texts hold them.
    """
    rows: list[Planned] = []
    for number in range(rng.randint(1, 14)):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * rng.randrange(30_000))
        cells = {
            "id": f"T-{1000 + number}",
            "created_at": _written(rng, moment),
            "text": _text(rng, charset, marks),
            "rating": rng.choice(["", "1", "2", "3", "4", "5"]) if rated else "",
        }
        damage = rng.choice(damages) if rng.random() < 0.35 else ""
        if damage in ("no id", "long id") and rows and rows[-1].damage == "open quote":
            cells["text"] = "one line"  # behind an open quote a row is known by its form alone
        rows.append(_in_cells(Planned(number, cells, damage, moment)))
    return rows


def _written(rng: random.Random, moment: datetime) -> str:
    plain = moment.replace(tzinfo=None)
    forms = (
        f"{plain.isoformat()}Z",
        f"{(plain + timedelta(hours=2)).isoformat()}+02:00",
        plain.isoformat(" ", "minutes"),
        f"{plain.isoformat(' ')} UTC",
    )
    return rng.choice(forms)


def _text(rng: random.Random, charset: str, marks: str) -> str:
    words = rng.choices((*_WORDS["ascii"], *_WORDS[charset]), k=rng.randint(1, 12))
    if marks and rng.random() < 0.6:
        for _ in range(rng.randint(1, 3)):
            words.insert(rng.randint(1, len(words)), rng.choice(marks))
    return re.sub(r"[ \n]*\n[ \n]*", "\n", " ".join(words)).strip()  # as a cleaned text has it


def _in_cells(row: Planned) -> Planned:
    """Put damage that a cell can carry into its cell."""
    spoilt = {
        "no id": {"id": " "},
        "long id": {"id": "T" * 1001},
        "no text": {"text": ""},
        "long text": {"text": "x" * 131_073},
        "marks": {"text": "e" + "\N{COMBINING ACUTE ACCENT}" * 31},
        "NUL": {"text": "before\0after"},
        "no date": {"created_at": ""},
        "bad date": {"created_at": "yesterday"},
        "day first": {"created_at": "31/12/2026"},
        "old date": {"created_at": "1823-05-01"},
        "word for a number": {"rating": "five"},
        "rating too high": {"rating": "9"},
    }
    return replace(row, cells={**row.cells, **spoilt.get(row.damage, {})})
