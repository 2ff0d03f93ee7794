"""Names of people, found by what stands around them and by a list of given names.

No grammar and no model: a name is replaced after a title, a greeting, a farewell or "my name is",
beside a verb of speaking, or where a given name and a surname stand together. A given name that
is also a word, a month, a place or a product needs the surroundings.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ingest.privacy.contexts import (
    ACTS,
    FAREWELL,
    FAREWELL_ON_THE_LINE,
    FOR_SOMETHING,
    GREETING,
    INTRODUCTION,
    LABEL,
    MEETING,
    NAMED_THING,
    PLACE_BEFORE,
    RELATION,
    SELF,
    SPEECH,
    THANKED,
    TITLE,
    TRIGGERS,
)
from ingest.privacy.marks import PERSON, WALL
from ingest.privacy.name_forms import LOWER, PART, redact_forms

_WORD = re.compile(
    rf"(?<![\w@.#/{WALL}-]){PART}(?:['\u2019-]{PART}|-{LOWER}{{2,12}}){{0,2}}(?![\w@{WALL}]|[.-]\w)"
)
_GLUE = re.compile(
    r" (?:(?:von|van|de|del|della|der|den|dem|la|las|los|da|dos|do|di|du|le|zu|bin|ibn|al|el|ter"
    r"|ten|y)"
    r" ){0,3}(?:(?:[A-Z]|St)\. )?(?:[dDlL]['\u2019])?"
)
_ENDS = re.compile(r"['\u2019]?s?[ .!]*(?:\n|\Z)")
_PAUSES = re.compile(r" ?(?:[,!:;.\n)]|[-\u2013\u2014] ?|\Z)")
_FIRST_PART = re.compile(r"[-'\u2019]")
_PARTICLES = re.compile(
    r"(?<!\w)(?:(?:von|van|de|del|della|der|den|la|da|dos|di|du|le|zu|bin|al|el|ter"
    r"|ten) ){1,3}(?:[dl]['\u2019])?\Z|(?<!\w)[dl]['\u2019]\Z"
)
_PARTICLE_ENDS = ("n ", "e ", "l ", "r ", "a ", "s ", "i ", "u ", "'", "\u2019")
_AND_AFTER = re.compile(rf" (?:and|und|et|y|&) ({PART})(?!\w)")
_PERSON_BEFORE = re.compile(rf"{PERSON}(?:, and |, | and | und | et | y | & )\Z")
_PERSON_AFTER = re.compile(rf"(?:, and |, | and | und | et | y | & ){PERSON}")
_SPEAKS_OF_SELF = re.compile(r"(?: and i\b|, | from | und | et | y )", re.IGNORECASE)
_IS_SPEAKING = re.compile(r" (?:again|here|speaking|from)\b")
_AND_BEFORE = re.compile(rf"(?<!\w)({PART}|{PERSON}) (?:and|und|et|y|&) \Z")
_BEGUN = frozenset(
    ("Van", "Von", "De", "Der", "Den", "Del", "Di", "Du", "La", "Le", "El", "Al", "Bin")
)
_DOCTOR = ("Dr ", "Dr. ", "Doctor ")
_BRANDED_DOCTORS = frozenset(("Pepper", "Oetker", "Martens", "Hauschka", "Who", "Strange", "Dre"))
_BEFORE_CHARS, _AFTER_CHARS = 48, 40
_MAX_PARTS = 4


def redact_people(text: str) -> str:
    """Replace names of people, without their titles."""
    text = redact_forms(text, given_names().get, ordinary_words().__contains__)
    words = list(_WORD.finditer(text))
    parts: list[str] = []
    end = position = 0
    while position < len(words):
        found = _find(text, words, position)
        if found:
            start, count = found
            parts += [text[end:start], PERSON]
            end = words[position + count - 1].end()
            position += count
        else:
            position += 1
    return "".join((*parts, text[end:])) if parts else text


@cache
def given_names() -> dict[str, bool]:
    """Return the given names; false says that the name is also something else."""
    lines = Path(__file__).with_name("given_names.txt").read_text(encoding="utf-8").splitlines()
    return {
        line.removesuffix(" ?"): not line.endswith("?")
        for line in lines
        if not line.startswith("#")
    }


@cache
def ordinary_words() -> frozenset[str]:
    """Return, in small letters, the words that begin and end no name."""
    lines = Path(__file__).with_name("ordinary_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def famous_names() -> frozenset[tuple[str, ...]]:
    """Return names known as brands, works, days or places, in small letters, word by word."""
    lines = Path(__file__).with_name("famous_names.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(tuple(line.lower().split()) for line in lines if not line.startswith("#"))


def _is_famous(run: Sequence[str]) -> bool:
    """Tell whether the words begin with a name that stands for a thing."""
    words = tuple(word.lower() for word in run)
    return any(words[:count] in famous_names() for count in range(1, len(words) + 1))


def _find(text: str, words: Sequence[re.Match[str]], position: int) -> tuple[int, int] | None:
    """Return where a person's name begins with this word and how many words it has."""
    word = words[position]
    start = word.start()
    before = text[max(0, start - _BEFORE_CHARS) : start]
    if before.endswith(_PARTICLE_ENDS) and (lead := _PARTICLES.search(before)):
        start -= len(lead[0])
        before = before[: lead.start()]
    elsewhere = before.rstrip()
    trigger = (
        elsewhere.rsplit(None, 1)[-1].strip(".,!:('").lower().replace("\u2019", "'")
        if elsewhere
        else ""
    )
    given = given_names().get(_FIRST_PART.split(word[0], maxsplit=1)[0])
    if given is None and (trigger not in TRIGGERS or word[0].lower() in ordinary_words()):
        return None
    run = _run(text, words, position)
    after = text[words[position + len(run) - 1].end() :][:_AFTER_CHARS]
    count = _by_context(before, after, given, run) if trigger in TRIGGERS else 0
    if not count and start == word.start():
        count = _by_list(before, after, given, run)
    return (start, count) if count else None


def _run(text: str, words: Sequence[re.Match[str]], position: int) -> list[str]:
    """Return the words from here that could be parts of one name."""
    run = [words[position][0]]
    for last, word in zip(words[position:], words[position + 1 :], strict=False):
        glue = text[last.end() : word.start()]
        if len(run) == _MAX_PARTS or not _GLUE.fullmatch(glue):
            break
        if word[0].lower() in ordinary_words() and word[0] not in _BEGUN:
            break
        run.append(word[0])
    while run[-1] in _BEGUN and len(run) > 1:
        run.pop()
    return run


def _by_context(before: str, after: str, given: bool | None, run: Sequence[str]) -> int:
    """Return how many of the words are a name by what stands before them."""
    if TITLE.search(before):
        if before.endswith(_DOCTOR) and run[0] in _BRANDED_DOCTORS:
            return 0
        return min(len(run), 3 if given is not None else 2)
    if INTRODUCTION.search(before):
        return min(len(run), 3 if given is not None else 2)
    if FAREWELL.search(before) and _ENDS.match(after):
        return len(run)
    if given is None:
        return 0
    if FAREWELL_ON_THE_LINE.search(before) and _ENDS.match(after):
        return len(run)
    if GREETING.search(before) and (
        given or len(run) > 1 or _PAUSES.match(after) or _AND_AFTER.match(after)
    ):
        return len(run)
    if THANKED.search(before) and given and FOR_SOMETHING.match(after):
        return len(run)
    certain = given or len(run) > 1
    if RELATION.search(before) or (certain and LABEL.search(before)):
        return _with_surname(after, run)
    if SELF.search(before) and _IS_SPEAKING.match(after):
        return _with_surname(after, run)
    if len(run) > 1 and SELF.search(before) and _SPEAKS_OF_SELF.match(after):
        return _with_surname(after, run)
    if certain and MEETING.search(before):
        return _with_surname(after, run)
    return _with_surname(after, run) if given and SELF.search(before) else 0


def _by_list(before: str, after: str, given: bool | None, run: Sequence[str]) -> int:
    """Return how many of the words are a name because the first is a given name."""
    if PLACE_BEFORE.search(before) or NAMED_THING.match(after) or _is_famous(run):
        return 0
    if given is None:
        return 0
    if len(run) > 1 and (_PERSON_BEFORE.search(before) or _PERSON_AFTER.match(after)):
        return _with_surname(after, run)
    if given and len(run) > 1:
        return _with_surname(after, run)
    if ACTS.match(after) if given else len(run) > 1 and SPEECH.match(after):
        return _with_surname(after, run)
    return 1 if given and len(run) == 1 and _is_of_a_pair(run[0], before, after) else 0


def _is_of_a_pair(name: str, before: str, after: str) -> bool:
    """Tell whether another person stands beside this one: "Anna and Tom"."""
    names = given_names()
    follows, precedes = _AND_AFTER.match(after), _AND_BEFORE.search(before)
    if follows and _is_famous((name, follows[1])):
        return False
    if precedes and _is_famous((precedes[1], name)):
        return False
    return bool(
        _PERSON_BEFORE.search(before)
        or (follows and names.get(follows[1]))
        or (precedes and (precedes[1] == PERSON or names.get(precedes[1])))
    )


def _with_surname(after: str, run: Sequence[str]) -> int:
    """Return the length of a name: given names and one surname, or two that end a clause."""
    names = given_names()
    count = 1
    while count < len(run) - 1 and (names.get(run[count]) or run[count] in _BEGUN):
        count += 1
    full = min(count + 1, len(run))
    return (
        len(run) if len(run) == full + 1 and (_PAUSES.match(after) or ACTS.match(after)) else full
    )
