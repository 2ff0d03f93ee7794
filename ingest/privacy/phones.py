"""Telephone numbers, told from the many other numbers of a text.

With a plus, or after a word such as "call", the form is enough. A number in a national form must
be one that the numbering plan of a country has.
"""

import re

from ingest.privacy.marks import PHONE, WALL

REGIONS = ("GB", "DE", "FR", "ES", "IT", "NL", "AT", "CH", "BE", "PL", "AU", "IN", "JP", "ZA", "SE")
"""Countries whose national forms are known; the form of North America needs no plan."""

_RUN = re.compile(
    rf"(?<![\w{WALL}])(?:\+|\(\+?)?\d(?:[ ().\u00a0/-]{{0,3}}\d){{6,16}}"
    r"(?:(?P<extension>,? ?(?:ext|x|extension|durchwahl)\.? ?\d{1,5})\b|(?!\w))",
    re.IGNORECASE,
)
_AMERICAN = re.compile(r"(?:\+?1[ .-]?)?(?:\([2-9]\d\d\)[ .-]?|[2-9]\d\d[ ./-])[2-9]\d\d[ .-]\d{4}")
_LOCAL = re.compile(r"555[ -]01\d\d")  # reserved for examples
_NATIONAL = re.compile(
    r"\(?0\d{1,4}\)?(?: ?/ ?|[ .-])\d{2,8}(?:[ .-]\d{2,8}){0,4}|0[67]\d{8,9}|01[5-7]\d{8,9}"
)
_FRENCH = re.compile(r"0[1-9]\d{8}")
_ARTICLE_BEFORE = re.compile(r"(?<!\w)(?:le|au|du) \Z", re.IGNORECASE)
_SPANISH = re.compile(r"[6789]\d\d(?: \d\d){3}")
_EITHER_FORM = re.compile(r"\d(?:[ ().\u00a0/-]{0,2}\d){6,14}")
_DATE_OR_TIME = re.compile(
    r"\d\d \d\d (?:19|20)\d\d|(?:19|20)\d\d([./-])\d\d?\1\d\d?(?:\D.*)?|\d\d?([./-])\d\d?\2(?:19"
    r"|20)?\d\d(?: .*)?"
)
_NEVER = re.compile(  # a date somewhere in it, or a book
    r"(?<!\d)\d\d?([./-])\d\d?\1(?:19|20)\d\d(?!\d)|\A97[89]-?(?:\d-?){9}\d\Z"
)
_ABROAD = re.compile(r"00[1-9]\d{0,2}[ -]")
_DECIMAL = re.compile(r"[\d ]{1,40}\.\d{1,20}|\d{1,3}(?: \d{3}){2,6}")
_CALL_BEFORE = re.compile(
    r"(?:\b(?:call(?:ing|ed|s)?(?: from| by)?|phone(?:d|s| number)?|ph|tel|tél|tlf|tfno|tlfn"
    r"|telephone|téléphone|telefon(?:nummer|o)?|telefoon(?:nummer)?|teléfono|mobile?|móvil|mobil"
    r"|portable|cell(?:phone)?|cellulare|celular|gsm|fax|whatsapp|whats app|signal|dial(?:l?ed)?"
    r"|ring(?: me)?(?: back)?|rang|sms|texts?(?: from| to)?|texted|messages? from|voicemail"
    r"|landline|hotline|handy(?:nummer)?|rufnummer|rückruf|festnetz|reach(?:able)?(?: me| us)?"
    r"|my (?:number|#)"
    r"|your number|his number|her number|numbers? (?:is|are)|new number|meine nummer|nummer"
    r"|mon num[ée]ro|num[ée]ro|mi n[úu]mero|n[úu]mero|mijn nummer|appel(?:ez|er|é)(?:-moi|-nous)?"
    r"|rappele[zr](?:[ -]moi)?|llam(?:ar|é|e)|llám[ae](?:me|nos)|chiam(?:ar|at)\w{1,3}|mi chiami"
    r"|joignable|bel(?:len)?|contact(?: me| us| card)?|(?:office|home|work)(?=:)|ruf\w{0,3}"
    r"|erreiche?n"
    r"|angerufen|bcc? sms)[ .:]{0,3}"
    r"(?:(?:me|us|is|at|on|to|from|no|nr|number|numbers|unter|bitte|ist|lautet|au|le|est|es|al|el"
    r"|op|shows|him|her|them|mich|uns|under|sie|der|die|nummer|back|\()[ .:]{0,3}){0,4}"
    r"|(?:\A|[\n|] ?)[TMFtmf][ .:]{1,2})\(?\Z",
    re.IGNORECASE,
)
_OTHER_BEFORE = re.compile(
    r"(?:\b(?:orders?|tickets?|cases?|invoices?|ref(?:erence)?|isbn|sku|serial|parts?|items?"
    r"|articles?|artikel|codes?|errors?"
    r"|ids?|tracking|account|bestellung|rechnung|auftrag|commande|facture|pedido|factura|dhl|ups)"
    r"(?: (?:number|no|nr|id|num))?[ .:#]{0,3}|[#$€£=])\Z",
    re.IGNORECASE,
)
_GLUED_BEFORE = re.compile(r"(?:[-/.+_#]|\d[ ,])\Z")
_GLUED_AFTER = re.compile(r"[-/:+]|[.,]\d")
_BEFORE_CHARS = 48
_MIN_DIGITS, _MAX_DIGITS = 7, 15  # ITU-T E.164: at most 15


def redact_phones(text: str) -> str:
    """Replace telephone numbers."""
    return _RUN.sub(_phone, text)


def _phone(found: re.Match[str]) -> str:
    run = found[0].removesuffix(found["extension"] or "")
    before = found.string[max(0, found.start() - _BEFORE_CHARS) : found.start()]
    after = found.string[found.end() : found.end() + 2]
    if _GLUED_BEFORE.search(before) or _GLUED_AFTER.match(after) or not _is_phone(run, before):
        return found[0]
    opened = run.startswith("(") and run.count("(") > run.count(")")
    return f"({PHONE}" if opened else PHONE


def _is_phone(run: str, before: str) -> bool:
    digits = sum(map(str.isdigit, run))
    if _OTHER_BEFORE.search(before) or _DATE_OR_TIME.fullmatch(run) or _NEVER.search(run):
        return False
    bare = run.lstrip("(") if run.count("(") > run.count(")") else run
    if run.lstrip("(").startswith("+"):
        return _is_valid(run.lstrip("("), None)
    if run.startswith("00"):
        if _ABROAD.match(run) and _is_valid(f"+{run[2:]}", None):
            return True
        return _is_valid(run, "GB")  # 00 goes abroad from there as from most countries
    if not _MIN_DIGITS <= digits <= _MAX_DIGITS:
        return False
    if _CALL_BEFORE.search(before) and _EITHER_FORM.fullmatch(run.strip("(")):
        return True
    if _AMERICAN.fullmatch(bare) or _LOCAL.fullmatch(bare):
        return True
    if _FRENCH.fullmatch(run) and _ARTICLE_BEFORE.search(before):
        return True
    if _DECIMAL.fullmatch(run):
        return False
    if _NATIONAL.fullmatch(bare) or run.startswith("(0)"):
        return any(_is_valid(bare, region) for region in REGIONS)
    return _SPANISH.fullmatch(bare) is not None and _is_valid(bare, "ES")


def _is_valid(number: str, region: str | None) -> bool:
    import phonenumbers

    if number.startswith("(0)"):
        number = number[1:2] + number[3:]
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    if number.startswith("+"):  # Nothing else looks like it, so the length is enough.
        return phonenumbers.is_possible_number(parsed)
    return phonenumbers.is_valid_number(parsed)
