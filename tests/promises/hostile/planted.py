"""Readers with a bug put in, to see that the checks would notice."""

from dataclasses import replace

from groundswell.domain import AcceptedRow, FeedbackRecord, QuarantinedRow, ReadRow
from tests.promises.hostile.judging import Placed


def dropped(rows: list[ReadRow]) -> list[ReadRow]:
    return rows[:-1]


def shifted(rows: list[ReadRow]) -> list[ReadRow]:
    return [
        replace(row, byte_start=(row.byte_start or 0) + 1)
        if isinstance(row, QuarantinedRow)
        else row
        for row in rows
    ]


def cut_short(rows: list[ReadRow]) -> list[ReadRow]:
    spoilt: list[ReadRow] = []
    for row in rows:
        value = row.value if isinstance(row, AcceptedRow) else None
        if isinstance(row, AcceptedRow) and isinstance(value, FeedbackRecord):
            row = replace(row, value=replace(value, text=value.text[:-1]))
        spoilt.append(row)
    return spoilt


def misnamed(rows: list[ReadRow]) -> list[ReadRow]:
    return [
        replace(row, reason="bad_value") if isinstance(row, QuarantinedRow) else row for row in rows
    ]


def a_line_late(rows: list[ReadRow]) -> list[ReadRow]:
    return [replace(row, line=row.line + 1) for row in rows]


def overlapping(rows: list[Placed]) -> list[Placed]:
    return [replace(row, byte_end=(row.byte_end or 0) + 1) for row in rows]


def with_a_gap(rows: list[Placed]) -> list[Placed]:
    return [replace(row, byte_start=(row.byte_start or 0) + 1) for row in rows]


def forgetful(rows: list[Placed]) -> list[Placed]:
    return rows[:1] + rows[2:]


PLANTED = [dropped, shifted, cut_short, misnamed, a_line_late]
IN_PLACES = [overlapping, with_a_gap, forgetful]
