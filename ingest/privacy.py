"""Take personal data out of text before anything is stored.

Conservative: what is replaced has the form of an address or a number that belongs to a person
and, where there is one, the right check digits. Versions, prices, dates and order numbers stay.
Every pattern is linear in the length of the text.
"""

import re

from groundswell.domain import content_id

_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SA": 24, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "TR": 26, "UA": 29,
}  # fmt: skip
"""Country to length; from the IBAN registry of SWIFT (ISO 13616)."""

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]{1,64}"
    r"@(?:[A-Za-z0-9\u00c0-\u024f-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
_CARD = re.compile(
    r"(?<![\w.+-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{5}|\d{13,19})(?![\w-])"
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
_CALL = (
    r"(?:call|phone|tel|telephone|mobile|cell|fax|whatsapp|dial|ring|sms|number"
    r"|reach (?:me|us)(?: at| on)?)(?: (?:me|us|is|at|on|no|number))?[ .:]{0,3}"
)
_BEFORE, _AFTER = r"(?<![\w.+/-])(?<!\d )", r"(?![\w-]|\.\d)"
_PHONE = re.compile(
    r"(?<![\w.+-])\+\d(?:[ ().-]{0,2}\d){7,14}(?!\w)"  # international
    rf"|{_BEFORE}(?:1[ .-])?(?:\(\d{{3}}\) ?|\d{{3}}[ .-])\d{{3}}[ .-]\d{{4}}{_AFTER}"  # American
    rf"|{_BEFORE}0\d{{1,4}}[ /]\d{{3,4}}[ -]?\d{{3,5}}{_AFTER}"  # national, with trunk prefix
    rf"|{_BEFORE}555-01\d\d{_AFTER}"  # reserved for examples
)
_PHONE_AFTER_WORD = re.compile(
    rf"(?<!\w)({_CALL})(\(?\d(?:[ ().-]{{0,2}}\d){{6,14}})(?![\w-]|\.\d)", re.IGNORECASE
)
_ISO_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")
_CARD_STARTS = (3, 4, 5, 6)
"""First digit of the cards of banks and shops; ISO/IEC 7812."""
_PSEUDONYM_DIGITS = 16


def redact(text: str) -> str:
    """Replace e-mail addresses, phone, card and bank account numbers by what they are.

    The replacements are ``[email]``, ``[phone]``, ``[card]`` (13 to 19 digits with a right Luhn
    check digit) and ``[iban]`` (length of its country, remainder 1 modulo 97).
    """
    if "@" in text:
        text = _EMAIL.sub("[email]", text)
    if not _DIGITS.search(text):
        return text
    text = _IBAN.sub(_iban, text)
    text = _CARD.sub(_card, text)
    text = _PHONE_AFTER_WORD.sub(_called, text)
    return _PHONE.sub("[phone]", text)


def pseudonym(identifier: str) -> str:
    """Return the identifier, or in place of a personal one a stable name that hides it.

    A customer known by an e-mail address stays one customer, in feedback and accounts alike.
    """
    if redact(identifier) == identifier:
        return identifier
    return f"person-{content_id(identifier.casefold())[:_PSEUDONYM_DIGITS]}"


def _iban(found: re.Match[str]) -> str:
    length = _IBAN_LENGTHS.get(found[0][:2], 0)
    end = count = 0
    while end < len(found[0]) and count < length:
        count += found[0][end] != " "
        end += 1
    bare = found[0][:end].replace(" ", "")
    if not length or count < length:
        return found[0]
    number = int("".join(str(int(character, 36)) for character in bare[4:] + bare[:4]))
    return f"[iban]{found[0][end:]}" if number % 97 == 1 else found[0]


def _card(found: re.Match[str]) -> str:
    digits = [int(character) for character in found[0] if character.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    right = (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
    return "[card]" if right and digits[0] in _CARD_STARTS else found[0]


def _called(found: re.Match[str]) -> str:
    return found[0] if _ISO_DATE.match(found[2]) else f"{found[1]}[phone]"
