"""E-mail addresses and the numbers that prove themselves: cards, bank accounts, IP addresses.

Check digits tell a card or a bank account from an order number. A version such as 10.2.3.4 has the
very form of an IP address; only the words before it tell them apart.
"""

import ipaddress
import re

from ingest.privacy.marks import CARD, EMAIL, IBAN, IP, WALL

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BR": 29, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20,
    "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18,
    "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27,
    "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28,
    "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "XK": 20,
}  # fmt: skip
"""Country to length; from the IBAN registry of SWIFT (ISO 13616)."""

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9_%+\u00c0-\u024f])(?!git@)[A-Za-z0-9_%+\u00c0-\u024f][A-Za-z0-9._%'\u00c0-\u024f-]{0,63}"
    r"(?:\+[A-Za-z0-9._%+=-]{0,63})?@(?:[A-Za-z0-9\u00c0-\u024f-]{1,63}\.){1,8}"
    r"(?!(?:png|jpe?g|gif|svg|webp|heic|ico|pdf|css|js|json|xml"
    r"|html?)\b)[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
_CARD = re.compile(
    rf"(?<![\w.+/{WALL}-])"
    r"(?:\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}|\d{13,19})"
    rf"(?![\w{WALL}-]|\.\d)"
)
_CARD_KEY = re.compile(
    r"(?:pan|card|cc|karte|carte|tarjeta|carta|payment|method|number|num|no|nr)\w{0,8}[\"']?=\Z",
    re.IGNORECASE,
)
_CARD_BRAND = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}"
    r"|35\d{14}|6(?:011|5\d\d|4[4-9]\d|2\d\d)\d{12,15}|(?:50|5[6-9]|6[37])\d{10,17}"
)
"""First digits with their lengths: Visa, Mastercard, American Express, Diners, JCB, Discover,
UnionPay, Maestro; ISO/IEC 7812 issuer numbers as these publish them."""
_IBAN = re.compile(rf"(?<![\w{WALL}])[A-Za-z]{{2}}\d{{2}}(?:[ -]?[A-Za-z0-9]){{11,30}}")
_IPV4 = re.compile(rf"(?<![\w.{WALL}-])(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?![\w{WALL}]|-\w|\.\d)")
_IPV6 = re.compile(
    rf"(?<![\w:.{WALL}])(?:[0-9A-Fa-f]{{0,4}}:){{2,7}}"
    rf"(?:(?:\d{{1,3}}\.){{3}}\d{{1,3}}|[0-9A-Fa-f]{{0,4}})(?![\w{WALL}]|:\w)"
)
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:v|ver|versions?|versión|versione|versão|wersja|rev|revision|releases?|builds?"
    r"|firmware"
    r"|drivers?|patch|hotfix|updat(?:e|ed|es|ing)|upgrad(?:e|ed|es|ing)|downgrad(?:e|ed|ing)"
    r"|rollback"
    r"|app|sdk|api|plugin|client version|ios|ipados|android|macos|windows|linux|kernel|chrome"
    r"|chromium"
    r"|firefox|safari|edge|opera|java|python|php|node|mysql|postgres(?:ql)?)"
    r"[ .:=#(]{0,3}(?:(?:to|from|no|number|is|was|auf|von|vers|a|nr)[ .:=]{1,2}){0,2}"
    r"(?:v?\d[\d.]{0,20},?[ ]?(?:to|and|or|und|auf|et|y|a|vs|->|→|/|-)?[ ]?v?){0,3}|[a-z]/|=="
    r"|=>)[ ]?\Z",
    re.IGNORECASE,
)
_VERSION_NEAR = re.compile(
    r"\b(?:versions?|releases?|builds?|firmware|app|updat\w{1,4}|upgrad\w{1,4}|downgrad\w{1,4}"
    r"|since|seit|depuis|desde|patch\w{0,3}|changelog|installed|nothing changed|crash\w{0,3})\b",
    re.IGNORECASE,
)
_NETWORK_NEAR = re.compile(
    r"\b(?:ips?|ip-adresse|ipv4|addr|address(?:es)?|adresse|dirección|hosts?|hosted|hostname|servers?"
    r"|serveur|servidor|clients?|peer|prox(?:y|ies)|gateway|router|routing|dns|nameserver|subnet"
    r"|vpn|lan|nginx|apache|firewall|ssh|ftp|ping\w{0,3}|tracer(?:oute|t)|nslookup|curl|tcp|udp"
    r"|ports?|allow(?:list|ed)?|whitelist\w{0,3}|block(?:list|ed)?|bann\w{1,4}|ban|unban|gesperrt"
    r"|freischalt\w{1,4}|freigeben|bloqué\w{0,2}|bannie|bloquead[ao]|log(?:ged)? ?in|logins?"
    r"|anmeldung|zugriff|connect\w{0,5}|talks? to"
    r"|connexion|conexión|sessions?|traffic|requests?|refused"
    r"|unreachable|listen\w{0,3}|bind\w{0,8}|src|dst|endpoint|webhooks?|nmap"
    r"|telnet|rdp|wget|rsync|smtp|imap|kube\w{0,4}|nodes?|pods?|cluster|container|vm|nat|egress"
    r"|ingress|cidr|whois|rate[ -]?limit\w{0,3}|denied|get /|post /|https?)(?![\w.])",
    re.IGNORECASE,
)
_NETWORK_BEFORE = re.compile(r"(?:\bfrom|\bvon|\bdesde|talks to)[ (\[\"']{0,2}\Z", re.IGNORECASE)
_KEY_BEFORE = re.compile(
    r"(?:@|//|(?:ip|host|addr|server|gateway|src|dst|peer|dns|net|bind|url|remote|client|listen"
    r"|proxy|for|from|to)\w{0,8}[\"']?(?:=|: ?| = )[\"'\[(]?)\Z",
    re.IGNORECASE,
)
_NETWORK_AFTER = re.compile(r":\d|/\d\d?\b|/\w|\]? - - \[| port \d", re.IGNORECASE)
_NOBODYS = (0, 127, 255)  # this host, loopback (RFC 6890) and masks
_LEAST_WITHOUT_WORD = 100
"""In a quad that nothing explains: parts of versions are smaller, and of 256^4 addresses only 2 %
have four parts below 100."""
_IPV6_DIGITS = 5  # fe80::1 has five; 1::2 is a slice, and Abc::Def, without a decimal one, a path
_BEFORE_CHARS, _AFTER_CHARS = 60, 40


def redact_emails(text: str) -> str:
    """Replace e-mail addresses, international ones too."""
    return _EMAIL.sub(EMAIL, text)


def redact_numbers(text: str) -> str:
    """Replace IP addresses, bank accounts and cards whose check digits are right."""
    if text.count(":") >= 2:
        text = _IPV6.sub(_ipv6, text)
    if text.count(".") >= 3:
        text = _IPV4.sub(_ipv4, text)
    return _CARD.sub(_card, _IBAN.sub(_iban, text))


def has_luhn_digit(digits: str) -> bool:
    """Tell whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    values = [int(digit) for digit in digits]
    doubled = (sum(divmod(2 * value, 10)) for value in values[-2::-2])
    return (sum(values[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(bare: str) -> bool:
    """Tell whether this is a bank account: length of its country, remainder 1 modulo 97."""
    if len(bare) != IBAN_LENGTHS.get(bare[:2].upper()):
        return False
    return int("".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])) % 97 == 1


def _iban(found: re.Match[str]) -> str:
    length = IBAN_LENGTHS.get(found[0][:2].upper(), 0)
    end = count = 0
    while end < len(found[0]) and count < length:
        count += found[0][end].isalnum()
        end += 1
    bare = "".join(filter(str.isalnum, found[0][:end]))
    glued = found.string[found.start() + end : found.start() + end + 1].isalnum()
    return f"{IBAN}{found[0][end:]}" if bare and not glued and is_iban(bare) else found[0]


def _card(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - _BEFORE_CHARS) : found.start()]
    if before.endswith("=") and not _CARD_KEY.search(before):
        return found[0]
    digits = "".join(filter(str.isdigit, found[0]))
    return CARD if _CARD_BRAND.fullmatch(digits) and has_luhn_digit(digits) else found[0]


def _ipv4(found: re.Match[str]) -> str:
    parts = [int(part) for part in found[0].split(".")]
    if max(parts) > 255 or parts[0] in _NOBODYS:
        return found[0]
    before = found.string[max(0, found.start() - _BEFORE_CHARS) : found.start()]
    if _VERSION_BEFORE.search(before):
        return found[0]
    after = found.string[found.end() : found.end() + _AFTER_CHARS]
    return IP if _is_said_as_address(before, after, max(parts)) else found[0]


def _is_said_as_address(before: str, after: str, largest: int) -> bool:
    """Tell an address from a version by the words around it, as a reader would."""
    if _NETWORK_AFTER.match(after) or _KEY_BEFORE.search(before):
        return True
    if _NETWORK_NEAR.search(before) or _NETWORK_NEAR.search(after):
        return True
    if _VERSION_NEAR.search(before) or _VERSION_NEAR.search(after):
        return False
    return largest >= _LEAST_WITHOUT_WORD or _NETWORK_BEFORE.search(before) is not None


def _ipv6(found: re.Match[str]) -> str:
    if not any(map(str.isdigit, found[0])) or sum(map(str.isalnum, found[0])) < _IPV6_DIGITS:
        return found[0]
    try:
        address = ipaddress.IPv6Address(found[0])
    except ValueError:
        return found[0]
    return found[0] if address.is_loopback or address.is_unspecified else IP
