"""Street addresses in the forms of several countries.

A street alone is a place; with a house number it is where somebody lives. So each form asks for a
number and a word for street. What is doubtful by itself ("14 elm street", "Am Kirchberg 7") asks
for a word such as "live at" before it, or a postcode after it. Flat, floor and town are taken
along.
"""

import re

from ingest.privacy import streets
from ingest.privacy.marks import ADDRESS
from ingest.privacy.streets import UPPER, WORD

_PLACE = r"(?:,? |,?\n)"  # what stands between the parts of an address
_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]"
    "|T[NX]|UT|V[AT]|W[AIVY]|AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|NSW|QLD|VIC|SA|TAS|ACT"
)
"""Of the United States, Canada and Australia; their postal services' abbreviations."""
_STATE_CODE = r"(?:\d{5}(?:-\d{4})?|\d{4}|[A-Z]\d[A-Z] ?\d[A-Z]\d)"
_TOWN_WORD = rf"[{UPPER}][\w'\u2019-]{{1,24}}"
_OF = r"(?: (?:am|an|an der|im|in|ob der|bei|upon|on|sur|en|de|del|di|la|le|lès|aan|den)){0,2}"
_TWO = (
    r"(?:Bad|Sankt|Saint|Sainte|St\.?|Den|Neu|Alt|Groß|Klein|Le|La|Les|Los|Las|San|Santa|El|Villa"
    r"|Palma|Castro|Reggio|Markt|Burg|Hoek)"
)
_EUROPEAN_TOWN = (
    rf"(?:[A-Z]{{1,2}}-)?(?:\d{{4,5}}|\d{{2}}-\d{{3}})(?: ?[A-Z]{{2}}(?= [{UPPER}]))?"
    rf" (?:{_TWO} )?{_TOWN_WORD}(?:{_OF.replace('{0,2}', '{1,2}')} {_TOWN_WORD})?"
)
_TOWN = rf"{_TOWN_WORD}(?:{_OF} {_TOWN_WORD}){{0,2}}"
_UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
_STATE_TOWN = (
    rf"{_TOWN}(?:, (?:{_STATES})\b(?: {_STATE_CODE}\b)?| (?:{_STATES}),? {_STATE_CODE}\b)"
    rf"|(?:[a-z]{{3,20}},? ){{1,2}}(?i:{_STATES}),? \d{{5}}\b"
)
_TOWNS = (
    rf"{_EUROPEAN_TOWN}|{_STATE_TOWN}|(?:{_TOWN}{_PLACE}){{0,2}}{_UK_POSTCODE}|Dublin \d{{1,2}}\b"
)
_FLAT = (
    r"(?i:apartment|apt|suite|ste|unit|flat|floor|fl|level|room|rm|appartement|appt|app"
    r"|bât(?:iment)?"
    r"|bat|esc|escalier|piso|planta|puerta|pta|portal|int|interno|scala|wohnung|whg|top)\.?"
    r"(?: |(?<=\.))#?(?:\d\w{0,3}|[A-Za-z]\d{0,3})\b|#\w{1,4}\b|\d{1,2}(?:st|nd|rd"
    r"|th) [Ff]l(?:oor|\.)?"
    r"|\d{1,2}\. ?(?:OG|Stock|Etage)\b|(?:EG|DG|Hinterhaus|bajo|entresuelo|ático)\b"
    r"|\d{1,2}(?:er|e|ème) étage|\d{1,2}[ºª°](?: ?\w\b)?|(?<=, )\d{1,2}[ºª°]? [A-Z]\b"
)
_TAIL = rf"(?:{_PLACE}(?:{_FLAT})){{0,2}}(?:{_PLACE}(?:{_TOWNS}))?"
_FLAT_BEFORE = (
    r"(?:(?<!\w)(?i:flat|apt\.?|apartment|unit|suite|level|room|floor) \w{1,4}(?:,? |,?\n)"
    rf"(?:(?:{WORD} ){{1,3}}(?:House|Court|Building|Tower|Mill|Industrial Estate|Business Park"
    r"|Trading Estate),? )?)"
)

_ESTATE = (
    rf"(?<!\w)(?:Unit|Suite|Building) \w{{1,4}},? (?:{WORD} ){{1,3}}"
    r"(?:Business Park|Industrial Estate|Trading Estate|Retail Park|Enterprise Park)(?!\w)"
)
_ENGLISH = re.compile(rf"{_FLAT_BEFORE}?{streets.ENGLISH}{_TAIL}")
_GERMAN = re.compile(rf"(?:{streets.GERMAN}){_TAIL}")
_HOUSES = rf"{streets.NAMED_HOUSES}(?={_PLACE}(?:{_TOWN}{_PLACE}){{0,2}}{_UK_POSTCODE})"
_CERTAIN = tuple(
    re.compile(f"(?:{form}){_TAIL}")
    for form in (
        _ESTATE,
        _HOUSES,
        streets.NUMBERED,
        streets.WITH_POSTCODE,
        streets.FRENCH,
        streets.SPANISH,
        streets.ITALIAN,
        streets.BOX,
        streets.FRENCH_BOX,
    )
)
_SMALL = re.compile(rf"(?P<flat>{_FLAT_BEFORE})?{streets.ENGLISH_SMALL}(?P<tail>{_TAIL})")
_VIA = re.compile(rf"{streets.ITALIAN_VIA}(?P<tail>{_TAIL})")
_CUE = (
    r"(?<!mail )(?<!mail-)(?<!ip )(?<!ip-)(?<!mac )(?<!web )\b(?:(?i:(?:(?:home|postal|street"
    r"|delivery"
    r"|shipping|billing|return|new|old|my|office) )?add?ress(?: is| was|:)|add?ress of|address\n"
    r"|(?:i |we )?lived? (?:at|on)|living at|reside at|located at"
    r"|(?:ich wohne|wir wohnen|wohnhaft)(?: in der| im| am| in)?|(?:liefer|rechnungs)?(?:adresse"
    r"|anschrift)(?: ist| lautet|:)?|rechnungsadresse\n|adresse(?: est)? ?:?"
    r"|wir sitzen (?:in der|im|am)"
    r"|umgezogen(?: nach| in die|:)?|j['\u2019]habite(?: au)?|habitons"
    r"|(?:mi )?direcci[óo]n(?: es|:)|vivo en|viv[io]amos? en|abito in|indirizzo(?: è|:)?"
    r"|(?:ik )?woon op|adres(?: is|:)?|moro na)[ \n]{1,2})"
)
_CUE_WORDS = (
    *("dress", "DRESS", "adres", "Adres", "live", "living", "reside", "located", "wohn", "schrift"),
    *("sitzen", "umgezogen", "habit", "direcc", "Direcc", "viv", "Viv", "abit", "Abit"),
    *("indirizzo", "Indirizzo", "woon", "moro"),
)
"""One of these is in each of the cues: a cheap look before the dear one."""
_AFTER_CUE = re.compile(rf"(?P<cue>{_CUE}){streets.AFTER_A_CUE}{_TAIL}")
_CUE_BEFORE = re.compile(
    r"(?:\b(?:(?:lived?|living|reside|located|based|store|shop|office|house|home|parcel left"
    r"|meet|pick"
    r"(?:ed)? up|stay) (?:at|on)|(?:deliver(?:ed|y)?|shipp?(?:ed|ing)?|sent|send(?:ing)?|moved"
    r"|moving"
    r"|go(?:es)?|went|courier|package|parcel|replacement|order|it)(?: \w{1,12}){0,2} (?:to|from|at)"
    r"|add?ress(?: is| was)?|billing|shipping|home|office|refuses|has|says"
    r"|viv[oi] (?:a|in)|spedi(?:re|to) a|consegn\w{1,6} (?:a|in)|abito in|indirizzo"
    r"|in)[ :(\n]{1,2})\Z",
    re.IGNORECASE,
)
_NO_SMALL = re.compile(
    r"(?: |\A)(?:way|lane|hour|day|week|month|year|star|page|min|minute|second|user|people|place|"
    r"step|bit|times?|more|in|on|of|to|a|an|and|or|for|my|is|are|new|per|best|wrong|mile|miles|km"
    r"|other|open|busy|long|main|single|same|different|few|first|second|third|the|that|this"
    r"|it|we|i|you|was|with|as|at|by|from|have|had|has|not|no|so|if|when|only|then)(?: "
    r"|\Z)(?<!\Athe )",
    re.IGNORECASE,
)
_PLAIN_STREET = re.compile(r"(?:street|avenue|ave|road|rd|blvd|boulevard|crescent)\Z", re.I)
_CLAUSE_ENDS = re.compile(
    r"[,.;:!?)]|\s*\Z|\n| (?:and|is|was|but|in|near|to|by|has|now|pls|please|instead|thanks)\b"
)
_NO_STREET = re.compile(
    r"(?:Google|One|Hour|Hard|Disk|Flash|USB|Test|Shared|Team|Thumb|SSD|Cloud|External|Network)"
    r" Drive|(?:Two|No|One|Any|Best|Easy|Wrong|Right|Better|New|Milky|Only|Same|Long) Way"
    r"|(?:First|Second|Third|Last|Market|In|To|Right|Wrong|Same) Place|(?:Auto|Force|To|Please|Not)"
    r" Close|(?:Per|Table|Header|Each|New|Insert|Add|Delete|Data|Empty|Blank) Row|Times Square"
    r"|(?:Full|Inner|Outer|Google|Family|Green|Red|Blue) Circle|(?:Dark|Light|Bright|Turns?"
    r"|Is) Green"
    r"|(?:Audit|Paper) Trail|(?:For|Infinite|While|Event) Loop|(?:Tennis|Food|Supreme) Court"
)
_NO_GERMAN_STREET = re.compile(streets.GERMAN_NO_STREET)
_IN_A_SENTENCE = re.compile(r"[a-zà-ÿ:,] \Z")
_BEFORE_CHARS = 60


def redact_addresses(text: str) -> str:
    """Replace street addresses and post boxes, with flat and town where they follow."""
    text = _ENGLISH.sub(_english, text)
    text = _GERMAN.sub(_german, text)
    for form in _CERTAIN:
        text = form.sub(ADDRESS, text)
    text = _SMALL.sub(_small, text)
    text = _VIA.sub(_via, text)
    if any(word in text for word in _CUE_WORDS):
        text = _AFTER_CUE.sub(rf"\g<cue>{ADDRESS}", text)
    return text


def _english(found: re.Match[str]) -> str:
    last_words = f"{found['name'].rsplit(' ', 1)[-1]} {found['street']}"
    return found[0] if _NO_STREET.fullmatch(last_words) else ADDRESS


def _german(found: re.Match[str]) -> str:
    doubtful = found["doubtful"]
    return found[0] if doubtful and _NO_GERMAN_STREET.fullmatch(doubtful) else ADDRESS


def _small(found: re.Match[str]) -> str:
    if _NO_SMALL.search(f"{found['name'].strip()} "):
        return found[0]
    if _PLAIN_STREET.search(found[0]) and _CLAUSE_ENDS.match(found.string, found.end()):
        return ADDRESS
    return ADDRESS if found["flat"] or found["tail"] or _has_cue(found) else found[0]


def _via(found: re.Match[str]) -> str:
    inside = found[0][0] == "V" and _IN_A_SENTENCE.search(_before(found))
    return ADDRESS if inside or found["tail"] or _has_cue(found) else found[0]


def _has_cue(found: re.Match[str]) -> bool:
    return _CUE_BEFORE.search(_before(found)) is not None


def _before(found: re.Match[str]) -> str:
    return found.string[max(0, found.start() - _BEFORE_CHARS) : found.start()]
