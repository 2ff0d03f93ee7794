from hypothesis import given
from hypothesis import strategies as st

from groundswell.store import Part
from web.pages.records import pieces
from web.pages.search import SNIPPET, snippet, words_of

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6)


@given(st.text(max_size=50), spans)
def test_the_pieces_make_up_the_text_again(text: str, found: list[tuple[int, int]]) -> None:
    parts = [Part(str(n), min(s), max(s), ()) for n, s in enumerate(found)]
    cut = list(pieces(text, parts, "0"))
    assert "".join(piece.text for piece in cut) == text
    assert all(piece.text for piece in cut)
    assert sum(piece.first for piece in cut) <= 1
    inside = {at for part in parts for at in range(part.start, min(part.end, len(text)))}
    assert sum(len(piece.text) for piece in cut if piece.part) == len(inside)


def test_a_statement_over_another_is_marked_in_one_go() -> None:
    parts = [Part("a", 0, 9, ()), Part("b", 4, 12, ())]
    cut = [(p.text, p.part, p.marked, p.first) for p in pieces("0123456789abcdef", parts, "b")]
    assert cut == [
        ("0123", True, False, False),
        ("45678", True, True, True),
        ("9ab", True, True, False),
        ("cdef", False, False, False),
    ]


def test_words_in_quotation_marks_stand_together() -> None:
    assert words_of(' export "to a sheet"  “per client” export ') == (
        *("export", "to a sheet", "per client"),
    )
    assert words_of('"') == ('"',)
    assert words_of(" \n ") == ()


def test_a_long_statement_is_cut_around_the_first_word_found() -> None:
    text = "a " * 400 + "Export here" + " b" * 400
    cut = snippet(text, ["export"])
    assert ("Export", True) in cut
    assert cut[0] == ("… ", False) and cut[-1] == (" …", False)
    assert sum(len(piece) for piece, _ in cut[1:-1]) == SNIPPET


@given(st.text(max_size=200), st.lists(st.text(min_size=1, max_size=4), max_size=3))
def test_a_short_statement_is_shown_whole(text: str, words: list[str]) -> None:
    assert "".join(piece for piece, _ in snippet(text, words)) == text
