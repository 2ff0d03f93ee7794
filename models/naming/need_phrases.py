"""The phrases of a statement that could name a need: "cancel a transfer", "card hasn't arrived".

A phrase is a stretch of one clause that stands by itself: what leads to it ("how do I", "please
help me to", "my") is left out, it ends where a part of the sentence ends, and a negation is never
cut off. The rules know the function words of English; in other languages they know fewer, and
find fewer phrases. No word is added or changed, but that "why can't I pay" gives "can't pay".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.naming.clauses import cut_clauses
from models.naming.function_words import (
    ADVERB,
    ARTICLE,
    ASKING,
    BE,
    CONJUNCTION,
    DETERMINER,
    DO,
    FUNCTION,
    LINKS,
    MEASURES,
    NEGATION,
    NEGATIVE,
    OPENER,
    PARTICLE,
    PARTICLE_VERBS,
    PREPOSITION,
    PRONOUN,
    SAYING,
    WISH,
    find_roles,
)

PHRASE_WORDS = 7
"""Words in a phrase at most; a reader takes in no more at a glance."""

QUESTION_WORDS = 8
"""Words in a question at most; it can only be taken whole."""

PARTICLE_REACH = 3
""" "On" stands at most so many words behind its verb: turn the light on."""

_WEAK = ADVERB | OPENER
_KEPT_ADVERBS = frozenset({"much", "only", "right", "too"})
_JOINS = frozenset({"and", "but", "or", "so"})
_OPENS_SENTENCE = WISH | PRONOUN | BE | DO | ADVERB


@dataclass(frozen=True, slots=True)
class NeedPhrase:
    """A stretch of a clause that could name a need."""

    words: tuple[str, ...]
    """As written."""
    question: bool
    """It asks: when will my card be delivered."""
    leads: bool
    """It is what the clause begins with once all that leads to it is left out."""


@dataclass(frozen=True, slots=True)
class _Clause:
    words: Sequence[str]
    low: Sequence[str]
    roles: Sequence[int]

    def role(self, place: int) -> int:
        return self.roles[place] if 0 <= place < len(self.roles) else 0

    def word(self, place: int) -> str:
        return self.low[place] if 0 <= place < len(self.low) else ""


@dataclass(frozen=True, slots=True)
class _Opening:
    """Where a clause comes to the point."""

    start: int
    question: int | None = None
    """Where the question begins that cannot be cut."""
    carried: int | None = None
    """Place of a "can't" that stands before "I": it belongs to the phrase."""


def find_need_phrases(text: str) -> Iterator[NeedPhrase]:
    """Yield the phrases of a text, clause by clause; one may come twice."""
    clauses = cut_clauses(text)
    lows = [[word.lower() for word in words] for words in clauses]
    roles = find_roles([word for low in lows for word in low])
    done = 0
    for words, low in zip(clauses, lows, strict=True):
        yield from _of_clause(_Clause(words, low, roles[done : done + len(low)]))
        done += len(low)


def _of_clause(clause: _Clause) -> Iterator[NeedPhrase]:
    opening = _find_opening(clause)
    start = opening.start
    if opening.question is not None:
        yield from _whole_question(clause, opening.question)
        start = _behind_verb(clause, start)
    negative = [place for place, role in enumerate(clause.roles) if role & NEGATIVE]
    for first in range(start, len(clause.low)):
        leads = first == opening.start and opening.question is None
        if not (_may_lead(clause, first) if leads else _may_start(clause, first)):
            continue
        if any(place < first and place != opening.carried for place in negative):
            break  # from here on the negation is cut off
        if opening.carried is not None and not leads:
            break
        for stop in _find_stops(clause, first):
            if not (negative and negative[-1] >= stop) and _is_sound(clause, first, stop, leads):
                kept = range(first, stop)
                carried = [] if opening.carried is None else [clause.low[opening.carried]]
                yield NeedPhrase((*carried, *(clause.words[p] for p in kept)), False, leads)


def _find_opening(clause: _Clause) -> _Opening:
    """Go past what leads to the point, and notice a question whose words are turned round."""
    place, asked = 0, None
    while place < len(clause.low):
        role, word, after = clause.roles[place], clause.low[place], clause.word(place + 1)
        if role & NEGATIVE:
            return _open_negated(clause, place, asked)
        if _asks_whole(clause, place) or (role & DO and _is_turned(clause, place, asked)):
            return _Opening(place, place if role & ASKING or asked is None else asked)
        if role & ASKING and asked is None:
            asked = place
        leads = role & FUNCTION and not (role & DETERMINER or word in _KEPT_ADVERBS)
        wishes = role & WISH and (after in LINKS or clause.word(place - 1) in _WOULD)
        says = role & SAYING and clause.role(place + 1) & (FUNCTION | WISH)
        if not (leads or wishes or says):
            break
        place += 1
    return _Opening(place)


_WOULD = frozenset({"i'd", "id", "should", "we'd", "would"})


def _open_negated(clause: _Clause, place: int, asked: int | None) -> _Opening:
    word, after = clause.low[place], clause.role(place + 1)
    first = place == 0 or asked is not None
    if clause.roles[place] & NEGATION and word.endswith("t") and word != "not":
        if clause.word(place + 1) in ("i", "we"):
            return _Opening(place + 2, carried=place)
        if first and after & (ARTICLE | PRONOUN | DETERMINER):
            return _Opening(place, place if asked is None else asked)
    if word == "not" and clause.role(place - 1) & DO:
        return _Opening(place - 1)
    if word == "not" and place and not clause.role(place - 1) & BE:
        return _Opening(len(clause.low))  # "could I not pay": neither half stands by itself
    return _Opening(place)


def _asks_whole(clause: _Clause, place: int) -> bool:
    """Whether here begins a "how long will" or "which cards do"."""
    if not clause.roles[place] & ASKING:
        return False
    if clause.word(place + 1) in MEASURES:
        return True
    after = clause.role(place + 1)
    names = place + 1 < len(clause.low) and not after & (FUNCTION | WISH | SAYING | NEGATIVE)
    if clause.low[place] not in ("how", "what", "which", "whose") or not names:
        return False
    return any(clause.role(p) & (BE | DO) for p in range(place + 1, place + 5))


def _is_turned(clause: _Clause, place: int, asked: int | None) -> bool:
    """Whether a "does" or "will" stands before a subject that is more than a pronoun."""
    before = clause.role(place - 1)
    begins = place == 0 or asked == place - 1 or before & (CONJUNCTION | OPENER | ADVERB | SAYING)
    plain = clause.role(place + 1) & (PRONOUN | NEGATIVE | WISH | SAYING | BE | DO)
    return bool(begins) and place + 2 < len(clause.low) and not plain


def _whole_question(clause: _Clause, first: int) -> Iterator[NeedPhrase]:
    stop = len(clause.low)
    while stop > first + 1 and clause.roles[stop - 1] & _WEAK:
        stop -= 1
    if 2 < stop - first <= QUESTION_WORDS and _may_end(clause, stop - 1):
        yield NeedPhrase(tuple(clause.words[first:stop]), _is_asked(clause, first), True)


def _is_asked(clause: _Clause, first: int) -> bool:
    """Whether verb and subject are turned round: "how long is it", not "how long it is"."""
    for role in clause.roles[first:]:
        if role & (BE | DO | NEGATION):
            return True
        if role & (PRONOUN | ARTICLE):
            return False
    return False


def _behind_verb(clause: _Clause, place: int) -> int:
    """Return where the next part of a question begins: its subject has no end one could see."""
    place += 1
    while place < len(clause.low) and not clause.roles[place] & (DO | BE | NEGATIVE):
        place += 1
    place += 1
    while place < len(clause.low):
        role = clause.roles[place]
        if role & (PRONOUN | CONJUNCTION) or (role & PREPOSITION and not role & PARTICLE):
            break
        place += 1
    return place


def _may_lead(clause: _Clause, first: int) -> bool:
    return not clause.roles[first] & ARTICLE


def _may_start(clause: _Clause, first: int) -> bool:
    """Whether a phrase may begin inside a clause: behind a function word, with none."""
    role, before = clause.roles[first], clause.role(first - 1)
    if not before & FUNCTION or role & FUNCTION or role & NEGATION:
        return False
    leads_on = role & (WISH | SAYING) and clause.word(first + 1) in LINKS
    return not leads_on and not (clause.low[first] in MEASURES and before & ASKING)


def _find_stops(clause: _Clause, first: int) -> Iterator[int]:
    """Yield the places behind which a part of the sentence ends."""
    seen: set[int] = set()
    for end in range(first + 1, min(len(clause.low), first + PHRASE_WORDS) + 1):
        if end < len(clause.low) and not _parts(clause, first, end):
            continue
        stop = end
        while stop > first and clause.roles[stop - 1] & _WEAK and not _is_bound(clause, stop - 1):
            stop -= 1
        if stop > first and stop not in seen and _may_end(clause, stop - 1):
            seen.add(stop)
            yield stop


def _parts(clause: _Clause, first: int, end: int) -> bool:
    """Whether the word at `end` begins another part of the sentence."""
    role, word = clause.roles[end], clause.low[end]
    if word == "of" or _is_bound(clause, end):
        return False
    if not role & FUNCTION or role & (ARTICLE | DETERMINER) or word in _ATTACHED_WORDS:
        return False
    if role & (BE | DO) and clause.role(end + 1) & PRONOUN:
        return True  # "could you tell me": another sentence
    if role & (BE | DO):  # what stands before must be a plain subject
        return not any(_opens_more(clause, place) for place in range(first + 1, end))
    return not (word == "to" and clause.role(end - 1) & WISH)


def _opens_more(clause: _Clause, place: int) -> bool:
    """Whether a word shows that what stands before it is more than a name: "reason my card"."""
    role = clause.roles[place]
    article = role & (ARTICLE | DETERMINER) and not clause.roles[place - 1] & PREPOSITION
    return bool(article or role & (PRONOUN | DO | BE))


def _is_bound(clause: _Clause, place: int) -> bool:
    """Whether a word belongs to the one before it: top up, log in."""
    if clause.roles[place] & PARTICLE:
        return True
    if clause.low[place] not in ("in", "on"):
        return False
    reach = PARTICLE_REACH if clause.low[place] == "on" else 1
    return any(clause.word(p) in PARTICLE_VERBS for p in range(place - reach, place))


def _may_end(clause: _Clause, last: int) -> bool:
    role = clause.roles[last]
    if role & NEGATION:  # English says what is not so behind it
        return clause.low[last] in _FINAL_NEGATIONS
    if clause.low[last] in _UNFINISHED_VERBS:
        return False
    return not role & FUNCTION or (_is_bound(clause, last) and last > 0)


# Words that go on with what stands before them: no part of a sentence begins with them.
_ATTACHED = "be been being having her him it me myself something them us you yourself"
_ATTACHED_WORDS = frozenset(_ATTACHED.split())
# Verbs that say nothing without what follows them: "flight to get".
_UNFINISHED = (
    "get getting give gives going gotta let lets like needs say show tell try trying wants"
)
_UNFINISHED_VERBS = frozenset(_UNFINISHED.split())
_FINAL_NEGATIONS = frozenset({"nicht", "niet", "pas"})


def _is_sound(clause: _Clause, first: int, stop: int, leads: bool) -> bool:
    """Whether a phrase is one piece: no second sentence begins in it."""
    nominal = not leads and not clause.role(first - 1) & PRONOUN
    for place in range(first + 1, stop):
        role, before = clause.roles[place], clause.roles[place - 1]
        if role & (BE | DO | NEGATION) and nominal and not before & PRONOUN:
            return False
        if role & PRONOUN and before & DO:
            return False
        if clause.low[place] in _JOINS and clause.role(place + 1) & _OPENS_SENTENCE:
            return False
    return True
