"""The forms of a street with its number, country by country, as parts of expressions.

Each part finds the street and the number alone; what may stand before and after it, such as a flat
or a town, is the business of `addresses`.
"""

from ingest.privacy.marks import WALL

UPPER = "A-ZÀ-ÖØ-ÞŁŚŻŹĆŠŽČŘĐŐŰŒ"
WORD = rf"(?:St\.|[A-Z]\.(?= [{UPPER}])|[{UPPER}][\w'\u2019-]{{0,24}})"
"""A word with a capital, or an initial."""
_ANY = r"[\w'\u2019-]{2,24}"
_EDGE = rf"(?<![\w{WALL}-])"
_NUMBER_END = rf"(?![\w{WALL}]|[.,:/]\d|[%°€$£])"
_FIRST_NUMBER = (
    r"(?<!page )(?<!pages )(?<!step )(?<!level )(?<!version )(?<!chapter )(?<!Seite )(?<!niveau )"
    rf"(?<![\w.,:/#$€£{WALL}-])\d{{1,5}}(?:[-/]\d{{1,5}}|-?[A-Za-z])?"
)
_HOUSE = r"\d{1,4}(?: ?[-\u2013/] ?\d{1,4}(?![.,:]\d)){0,2}(?: ?[a-hA-H](?![\w-]))?"

_ENGLISH_WORDS = (
    "Street|St|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Square|Sq|Terrace"
    "|Ter|Tce|Parade|Pde|Crescent|Cres|Close|Gardens|Gdns|Place|Pl|Parkway|Pkwy|Highway|Hwy|Mews"
    "|Grove|Row|Circle|Cir|Trail|Turnpike|Tpke|Walk|Way|Alley|Quay|Wharf|Hill|Plaza|Rise|Loop"
    "|Green|Embankment|Esplanade|Expressway|Heights|Promenade"
)
_DIRECTION = r"(?: (?:[NSEW]|[NS][EW])\.?| (?i:north|south|east|west))"
_ORDINAL = r"\d{1,3}(?:st|nd|rd|th)"
ENGLISH = (
    rf"{_FIRST_NUMBER},?{_DIRECTION}?(?P<name>(?: (?:{WORD}|{_ORDINAL})){{1,4}})"
    rf" (?P<street>{_ENGLISH_WORDS})(?:(?<=Road) \d{{1,3}}(?!\w|[.,]\d))?"
    rf"(?![\w'\u2019{WALL}])(?:\.(?=,|\n| [#A-Z]))?(?:{_DIRECTION}(?![\w'\u2019]))?"
)
ENGLISH_SMALL = (
    rf"{_FIRST_NUMBER},?{_DIRECTION}?(?P<name>(?: (?:{_ANY}|{_ORDINAL})){{1,3}}?)"
    r" (?i:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|square|terrace"
    r"|crescent|close|gardens|place|parkway|pkwy|highway|mews|grove|circle|trail|row|way|walk|hill)"
    rf"(?![\w'\u2019{WALL}])(?:{_DIRECTION}(?![\w'\u2019]))?"
)
"""The same in small letters; too common a form to be taken without a word such as "live at"."""
NUMBERED = (
    rf"{_FIRST_NUMBER} (?:Broadway|(?:(?:US|State|Old) )?"
    rf"(?:Route|Rte|County Road|Highway|Hwy) \d{{1,3}})(?![\w{WALL}]|[.,:]\d)"
)
NAMED_HOUSES = rf"{_FIRST_NUMBER}(?: {WORD}){{1,3}}"
"""Such as "2 The Paddocks"; an address if a British postcode follows."""

_STEM = rf"[{UPPER}][\w.-]{{1,40}}"
_ALONE = r"(?i:stra(?:ß|ss)e|str\.?|allee|gasse|platz|ring|damm|ufer|markt|weg|wall|plein|dijk)"
_OLD = (
    r"(?:(?:Alt|Neu|Gro(?:ß|ss)|Klein|Ober|Unter|Inner|Äu(?:ß|ss)er|Hinter|Vorder|Lang|Kurz|Breit)"
    r"e[rns]?|Sankt|St\.|Oude|Nieuwe)"
)
_ADJECTIVE = rf"(?:{_OLD}|[{UPPER}]\w{{2,20}}er)"
GERMAN = (
    rf"{_EDGE}(?:{_ADJECTIVE} |(?:Am|Im|Zum|Zur|Beim|An der|An den|Auf der|Auf dem|In der) "
    r"|(?i:burgemeester|prins|prinses|koningin|professor|dokter|pastoor|sint) )?(?:"
    r"[\w.-]{2,40}(?i:stra(?:ß|ss)e|str\.|allee|gasse|chaussee|straat|gracht|laan)"
    rf"|(?P<doubtful>{_STEM}(?:weg|platz|damm|plein|singel|kade|promenade)"
    rf"|{_STEM}-(?:Ring|Platz|Weg|Ufer|Damm|Markt)))"
    rf" ?(?:Nr\. ?)?{_HOUSE}{_NUMBER_END}"
    rf"|{_EDGE}(?:{_OLD} )?(?!(?:Die|Der|Das|In|Im|Am|An|Eine|Jede)\b){WORD}[ -]"
    rf"(?:Stra(?:ß|ss)e|Str\.|Allee|Gasse|Chaussee) (?:Nr\. ?)?{_HOUSE}{_NUMBER_END}"
    rf"|{_EDGE}(?:{_ADJECTIVE} (?:Platz|Ring|Damm|Ufer|Markt|Weg|Wall|Dijk|Gracht)"
    rf"|Unter den Linden) {_HOUSE}{_NUMBER_END}"
)
GERMAN_NO_STREET = (
    r"(?:Speicher|Arbeits|Park|Sitz|Stell|Lager|Stand|Spiel|Steh|Schlaf|Liege|Festplatten|Marken"
    r"|Start|Tabellen|Stamm|Schau|Rang|Rastplatz|Rast|Camping|Steck)platz"
    r"|(?:Um|Heim|Rück|Hin|Aus|Mittel|Hinter|Lösungs|Arbeits|Schul|Lern|Fahr|Fuß|Rad|Vertriebs"
    r"|Zahlungs|Kommunikations|Beschwerde|Königs|Rechts|Dienst|Post|Mail)weg"
)
WITH_POSTCODE = (
    rf"{_EDGE}(?:(?:Am|An der|An den|Im|Zum|Zur|Auf der|Auf dem|In der|In den|Hinterm?|Hinter der"
    rf"|Vor dem|Beim|Alte[rs]?|Neue[rs]?|De|Het|Den) {WORD}(?: {WORD})?"
    rf"|{_STEM}(?:ring|hof|ufer|markt|kai|stieg|steig|pfad|wall|graben|tor|berg|feld|garten|anger"
    rf"|brücke|mühle|dijk|steeg|dreef|hout|park))"
    rf" {_HOUSE}(?=,?[ \n](?:[A-Z]{{1,2}}-)?\d{{4,5}} (?:[A-Z]{{2}} )?[{UPPER}])"
)
"""Names that are no street by themselves, but are one before a postcode and a town."""

_FRENCH_OF = r"(?: (?i:de|du|des|la|le|les|à|aux)){0,3} (?:[dlDL]['\u2019])?"
FRENCH = (
    rf"{_FIRST_NUMBER}(?: ?(?i:bis|ter|quater))?,? (?:"
    rf"(?i:rue|avenue|av\.?|boulevard|bd|blvd|chemin|impasse|allée|quai|place|square|route|cours"
    rf"|passage|faubourg|sentier|villa|résidence|esplanade){_FRENCH_OF}{WORD}"
    rf"(?:(?: (?:de|du|des|la|le|les)){{0,2}} {WORD}){{0,3}}"
    r"|(?:rue|avenue|av\.|boulevard|bd|impasse|allée|chemin)(?: (?:de|du|des|la|le|les)){0,3}"
    rf" (?:[dl]['\u2019])?(?!(?:de|du|des|la|le|les)\b){_ANY})(?![\w{WALL}])"
)

_SPANISH_OF = r"(?: (?i:de|del|la|las|los|el|da|do|dos|das))"
_SPANISH_NUMBER = rf",? (?:(?:n[ºo°.]{{1,2}}|núm\.?) ?)?(?:\d{{1,4}}{_NUMBER_END}|s/n\b)"
SPANISH = (
    rf"(?<![\w{WALL}])(?:"
    r"(?i:calle|c/|avenida|avda\.?|av\.|plaza|pza\.|plza\.|paseo|carretera|ctra\.|camino|ronda"
    r"|travesía|glorieta|rambla|cuesta|pasaje|urbanización|polígono|rua|travessa|praça|largo)"
    rf"{_SPANISH_OF}{{0,3}} ?{WORD}(?:(?: (?:de|del|la|las|los|y)){{0,2}} {WORD}){{0,3}}"
    rf"|(?i:calle|c/|avenida|avda\.?|paseo|rua){_SPANISH_OF}{{0,3}} {_ANY}(?: {_ANY})?"
    rf"|(?i:gran vía)(?:{_SPANISH_OF}{{0,2}} {WORD})?){_SPANISH_NUMBER}"
)

_ITALIAN_OF = r"(?: (?:di|del|della|dei|delle|degli|dell['\u2019]|da|d['\u2019])){0,2}"
_ITALIAN_NAME = rf"{_ITALIAN_OF} ?{WORD}(?: (?:{WORD}|d[ei][il]?)){{0,3}}"
_ITALIAN_NUMBER = rf",? (?:n\. ?)?\d{{1,4}}(?:/?[A-Za-z])?{_NUMBER_END}"
ITALIAN = (
    rf"(?<![\w{WALL}])(?:Viale|Piazzale|Piazza|Corso|Vicolo|Lungomare|Contrada|viale|piazza|corso)"
    rf"{_ITALIAN_NAME}{_ITALIAN_NUMBER}"
)
ITALIAN_VIA = rf"(?<![\w{WALL}])[Vv]ia(?:{_ITALIAN_NAME}|(?: {_ANY}){{1,2}}){_ITALIAN_NUMBER}"
""""Via" is also English for "by way of": "via Slack 3 times"."""

BOX = (
    rf"(?<![\w{WALL}])(?i:p\.? ?o\.? ?box|postfach|postbus|apartado(?: de correos)?|apdo\.?"
    rf"|casella postale|gpo box) (?:\d{{2,3}}(?: \d{{2,3}}){{1,2}}|\d{{1,6}}){_NUMBER_END}"
)
FRENCH_BOX = rf"(?<![\w{WALL}])(?:BP|B\.P\.|CS|CP) \d{{1,5}}(?=,?[ \n]\d{{5}} )"

AFTER_A_CUE = (
    rf"(?:(?:{_ANY} ){{0,3}}(?:{_ANY}(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|laan|straat|plein"
    rf"|dijk|gracht|ring|hof)|{WORD}),? {_HOUSE}{_NUMBER_END})"
)
"""Any words and a number; only after "my address is" and the like."""
