"""What is taken out of what others wrote of somebody, and what is not."""

import pytest

from groundswell.domain.blanking import BLANK, Blanking, holds_word, passages_of

ID, OTHER = "0f" * 16, "erased" + "1" * 26
BLANKING = Blanking(
    frozenset(passages_of(["The Marmalade tunnel floods every night"])), ("zoe-7",), {ID: OTHER}
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("he says the marmalade TUNNEL floods, every day", BLANK),  # five of its words in a row
        ("the marmalade tunnel floods us", "the marmalade tunnel floods us"),  # four
        ("ask Zoe-7 again", BLANK),
        ("ask zoe-77 again", "ask zoe-77 again"),
        (f"statement:{ID}", f"statement:{OTHER}"),
        (f"statement-{ID[::-1]}", f"statement-{ID[::-1]}"),
        ("", ""),
    ],
)
def test_a_text_is_blanked_where_it_quotes_or_names(text: str, left: str) -> None:
    assert BLANKING.text(text) == left


def test_names_of_fields_and_inner_values_are_looked_at_too() -> None:
    told = {"after": {f"statement:{ID}": True, "n": 1}, "list": ["zoe-7", None]}
    assert BLANKING.value(told) == {
        "after": {f"statement:{OTHER}": True, "n": 1},
        "list": [BLANK, None],
    }


@pytest.mark.parametrize(
    ("text", "held"),
    [("a,Zoe,b", True), ("zoe", True), ("zoes", False), ("azoe zoe", True), ("", False)],
)
def test_a_word_is_held_where_it_stands_by_itself(text: str, held: bool) -> None:
    assert holds_word(text, "zoe") is held
