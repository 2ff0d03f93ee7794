r"""Names of people in fixed forms: small letters, initials, chats, signatures and registers.

Here the whole form is known, so it may stand where no capital or no list would tell a name: "hi
anna,", "my name is anna kowalska", "Regards,\\nJ. Baker", "Kowalska, Anna has no access".
"""

import re
from collections.abc import Callable

from ingest.privacy.contexts import FAREWELL
from ingest.privacy.marks import PERSON

UPPER = "A-Z" + "".join(chr(code) for code in range(0xC0, 0x250) if chr(code).isupper())
LOWER = rf"[^\W\d_{UPPER}]"
PART = rf"(?:[{UPPER}]['\u2019])?(?:Mc|Mac|De|Di|Du|La|Le|Van|Fitz)?[{UPPER}]{LOWER}{{1,20}}"
_NAME = rf"{PART}(?:-{PART})?"
_PARTICLES = (
    r"(?:(?:von|van|de|del|della|der|den|la|da|dos|di|du|le|zu|bin|al|el|ter|ten|st\.?) ){0,3}"
    r"(?:[dlo]['\u2019])?"
)
_SMALL = r"[^\W\d_]{2,20}(?:-[^\W\d_]{2,20})?"
_SMALL_NAME = re.compile(
    r"(?P<before>(?<![\w.@/-])(?:hi|hello|hey|hiya|dear|hallo|liebe[rs]?|moin|bonjour|salut"
    r"|hola|ciao"
    r"|buongiorno|hoi"
    r"|beste|thx|thanks|thank you|thank u|ty|danke|merci|gracias|cheers|regards|lg"
    r"|vg)(?: again)?,?[ \n]"
    rf"|\n[-\u2013\u2014] ?)(?P<name>{_SMALL})(?= ?(?:[,!.:;\n)]|[\u2013\u2014]|\Z)| - )",
    re.IGNORECASE,
)
_SMALL_FULL = re.compile(
    r"(?P<before>(?<!\w)(?:my (?:full )?name(?: is|'s)|mein name ist|ich hei(?:ß|ss)e"
    r"|je m['\u2019]appelle"
    r"|me llamo|mi nombre es|mi chiamo|mijn naam is"
    rf"|(?:(?<=\n)|\A|customer |full |contact )name: ?"
    rf"|assigned to: ?) ?)(?P<name>(?P<first>{_SMALL})"
    rf"(?: {_PARTICLES}(?!(?:and|from|und|et|y|e|en|i|aus|de)\b){_SMALL})?)(?!\w)",
    re.IGNORECASE,
)
_OF_SELF = re.compile(r"name|Name|heiß|heiss|appelle|llamo|nombre|chiamo|naam")
_INITIAL = re.compile(
    rf"(?P<name>(?:[{UPPER}]\.[ -]?){{1,3}}{_PARTICLES}{_NAME})(?=[ ]*(?:[,|\n]|\Z))"
)
_DASHED = re.compile(
    rf"(?P<before>(?:\A|\n"
    rf"|[.!?)] )[-\u2013\u2014] ?)(?P<name>(?P<first>{PART})(?:-{PART})?(?: {_NAME})?)"
    r"(?=[ .]*(?:\n|\Z))"
)
_BEFORE_BRACKETS = re.compile(
    rf"(?P<before>(?<!\w))(?P<name>(?P<first>{PART})(?:-{PART})?)(?= \({PERSON}\))"
)
_CHAT_LINE = re.compile(
    rf"(?P<before>(?:\A|\n)(?:\[?\d\d?:\d\d(?::\d\d)?\]? ?)?)(?P<name>(?P<first>{PART})(?:-{PART})?"
    rf"(?: {_NAME})?)(?=(?: \(\d\d?:\d\d\))?: )"
)
_REGISTER = re.compile(
    rf"(?P<before>(?:\A|\n|[:;(] ?"
    rf"|[.!?] ))(?P<name>{_PARTICLES}(?P<last>{_NAME}), (?P<first>{PART})"
    rf"(?:-{PART})?)(?= ?[;|\t]| (?:is|was|has|had|cannot|can't|needs|should|left|ist|war|hat|fehlt"
    r"|est|es|tiene)\b)"
)
_IN_BRACKETS = re.compile(rf"(?P<before>{PERSON} \()(?P<name>(?P<first>{PART})(?:-{PART})?)(?=\))")
_BEFORE_CHARS = 60

Known = Callable[[str], bool | None]
"""True for a given name, False for one that is also something else, None for no name."""


def redact_forms(text: str, known: Known, is_ordinary: Callable[[str], bool]) -> str:
    """Replace names in fixed forms; `is_ordinary` tells words that are part of no name."""

    def certain(found: re.Match[str]) -> str:
        groups = found.groupdict()
        first = _title((groups.get("first") or found["name"]).split("-")[0])
        if not known(first) or is_ordinary(first.lower()):
            return found[0]
        last = found["name"].split(" ")[-1].lower()
        return found[0] if is_ordinary(last) else f"{found['before']}{PERSON}"

    def register(found: re.Match[str]) -> str:
        last = found["last"]
        if known(last) or is_ordinary(last.lower()) or last.endswith("ly"):
            return found[0]
        return certain(found)

    text = _SMALL_NAME.sub(certain, text)
    if _OF_SELF.search(text):
        text = _SMALL_FULL.sub(certain, text)
    if "," in text:
        text = _REGISTER.sub(register, text)
    if ". " in text:
        text = _INITIAL.sub(_initial, text)
    if ":" in text:
        text = _CHAT_LINE.sub(certain, text)
    if "(" in text:
        text = _BEFORE_BRACKETS.sub(certain, _IN_BRACKETS.sub(certain, text))
    return _DASHED.sub(certain, text)


def _initial(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - _BEFORE_CHARS) : found.start()]
    return PERSON if FAREWELL.search(before) else found[0]


def _title(name: str) -> str:
    return name[:1].upper() + name[1:].lower()
