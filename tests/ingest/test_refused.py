from groundswell.domain import QuarantinedRow
from ingest import Privacy, people_named


def test_each_word_of_a_row_is_tried_but_those_that_stand_there_by_chance() -> None:
    privacy = Privacy(bytes(16))
    row = QuarantinedRow(1, None, None, "field_count", "", 'soon;"zoe-7";5|a1')
    named = set(people_named(row, privacy))
    assert privacy.pseudonym("zoe-7", "author") in named
    assert privacy.pseudonym("soon", "account") in named
    assert privacy.pseudonym("5", "author") not in named
    assert len(named) == 4
