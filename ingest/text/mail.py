# ruff: noqa: RUF001 (mails are written in such letters)
"""Keep what the sender of a mail wrote; leave out what others wrote and who the sender is.

Each cut needs words above it: a mail that only forwards another is about what it forwards.
"""

import re

QUOTED_HTML = (
    "blockquote[type=cite],.gmail_quote,.gmail_signature,.yahoo_quoted,.protonmail_quote,"
    ".moz-cite-prefix,.moz-signature"
)
"""CSS selector of what mail programs mark as quoted or as a signature.

Outlook marks nothing; the heads of its quoted mails are known by their words.
"""

_MAX_INTRODUCTION = 400  # characters of "On Tuesday, 5 March 2024 at 9:12, Ana Ruiz <...> wrote:"
_MAX_NAME_LINES = 12  # a signature's lines: name, role, company, address, telephones
_MAX_NAME_CHARS = 90  # and the longest of them
_MAX_THANKS_LINES = 3  # the same below a mere "Thanks", which also begins a request

_WORD = re.compile(r"\w")
_QUOTED = re.compile(r">(?![=:(3])")  # no comparison, no emoticon
_SEPARATOR = re.compile(
    r"[-_=*]{2,40} ?(?:original message|forwarded (?:message|by)|ursprüngliche nachricht"
    r"|originalnachricht|weitergeleitete nachricht|message (?:d['’]origine|original|transféré)"
    r"|mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)"
    r"|mensagem (?:original|encaminhada)"
    r"|oorspronkelijk bericht|doorgestuurd bericht|originalmeddelande|oprindelig meddelelse"
    r"|wiadomość oryginalna|исходное сообщение|原始邮件|元のメッセージ)[^\n]{0,80}"
    r"|(?:begin forwarded message|anfang der weitergeleiteten nachricht"
    r"|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado) ?:",
    re.IGNORECASE,
)
_REPLY_ABOVE = re.compile(
    r"[#\-=*_ ]{0,20}[^\n]{0,40}(?:reply|answer|antwort\w{0,3}|répon\w{1,4}|respuesta|responda)"
    r"[^\n]{0,30}(?:above|oberhalb|über|au-dessus|encima|acima)[^\n]{0,20}"
    r"(?:line|zeile|ligne|línea|linha)[^\n]{0,30}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-_=*]{5,200}$")
_FROM = re.compile(
    r"\*?(?:from|von|de|da|van|från|fra|od|от|发件人|差出人)\*? ?[:：]\*? ?\S",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\*?(?:sent|date|to|cc|subject|reply-to|gesendet|datum|an|betreff|envoyé|à|objet"
    r"|enviado(?: el)?|fecha|para|asunto|inviato|data|a|oggetto|enviada em|assunto|verzonden|aan"
    r"|onderwerp|skickat|till|ämne|sendt|til|emne|wysłano|do|temat|дата|кому|тема|发送时间|收件人|主题|送信日時|宛先|件名)"
    r"\*? ?[:：]",
    re.IGNORECASE,
)
_HEADERS_IN_A_LINE = re.compile(
    r"(?:from|von|de): ?[^\n]{1,200}? (?:sent|gesendet|envoyé|enviado(?: el)?): ?[^\n]{1,200}?"
    r" (?:to|an|à|para): ",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(
    r"(?:On|Am|Le|El|Il|Em|Op|Den|Dnia|W dniu|Ons|Lør|Man|Tir|Tor|Fre|Søn) |\d|[^\n]{0,200}[@<(]"
    r"|[^\n]{1,60} (?:schrieb|wrote|a écrit|escribió|написал)"
)
_INTRODUCED = re.compile(
    r"(?:\bwrote|\bschrieb|a écrit|\bescribi[oó]|ha scritto|\bescreveu|\bschreef|\bskrev|\bnapisał"
    r"|\bpisze|написал|пишет|写道|書きました|のメール)[^\n]{0,120}[:：]$"
)
# Programs name the hour or the address; who tells what somebody wrote seldom does.
_STAMP = re.compile(r"\d{1,2}[:.h]\d\d|[@<]")
_DELIMITER = re.compile(r"(?:--|—|__)$")
_REGARDS = re.compile(
    r"(?:(?:with )?(?:best|kind|kindest|warm|warmest) (?:regards|wishes)|best,|regards\b"
    r"|(?:yours )?(?:sincerely|truly|faithfully)"
    r"|mit (?:freundlich|best|lieb|herzlich)\w{1,3} gr[uü](?:ß|ss)\w{0,2}"
    r"|(?:freundliche|viele|liebe|beste|herzliche|schöne) gr[uü](?:ß|ss)e|mfg\b|(?:vg|lg)$"
    r"|(?:bien |très )?cordialement|(?:sincères|meilleures) salutations|bien à vous"
    r"|(?:un )?(?:cordial )?saludos?\b|atentamente|(?:cordiali|distinti) saluti|atenciosamente|att,"
    r"|met vriendelijke groet(?:en)?|med vänliga hälsningar|(?:med )?venlig hilsen|vennlig hilsen"
    r"|pozdrawiam|z poważaniem|с уважением|ystävällisin terveisin|s pozdravem|saygılarımla)"
    r"(?: (?:aus|from|de|desde|da|til|vanuit))?(?:[,.!]|(?-i: [A-ZÀ-ÖØ-Þ][\w.'-]{0,30})){0,4}$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?:(?:many )?thanks(?: again| a lot| in advance| and (?:best|kind) regards)?|thank you|thx"
    r"|cheers|(?:vielen )?dank(?:e)?(?: im voraus)?|merci(?: d['’]avance)?|(?:muchas )?gracias"
    r"|grazie|obrigad[oa]|(?:alvast )?bedankt|tack|takk|tak|best)[,.!]{0,3}$",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"(?:sent from (?:my|mail for|outlook|yahoo|proton|samsung)|get outlook for|sent (?:via|with) "
    r"|von meinem [^\n]{1,30} gesendet|gesendet (?:von|mit|über) |diese nachricht wurde von meinem"
    r"|envoyé (?:de|depuis|à partir d) ?|télécharger outlook pour"
    r"|enviado (?:desde|do|de|a partir d)"
    r"|obtener outlook para|inviato da|scarica outlook|verzonden vanaf|outlook voor|skickat från"
    r"|sendt fra|wysłane z|odesláno z|отправлено (?:с|из)|iPhoneから送信|发自我的)[^\n]{0,60}$",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"(?:[*_]{0,2}(?:confidentiality|privacy|legal) (?:notice|note|disclaimer)"
    r"|(?:the (?:information|content)s? (?:contained )?(?:in|of) )?"
    r"this (?:e-?mail|message|communication|transmission)"
    r"[^\n]{0,120}(?:confidential|privileged|intended (?:only|solely|for)|virus)"
    r"|if you (?:have received this|are not the intended)"
    r"|diese (?:e-?mail|nachricht)[^\n]{0,120}vertraulich"
    r"|ce (?:message|courriel|mail|courrier)[^\n]{0,120}confidentiel"
    r"|(?:este|esta) (?:mensaje|correo|e-?mail|mensagem)[^\n]{0,120}confidencia"
    r"|(?:questo messaggio|questa e-?mail)[^\n]{0,120}riservat"
    r"|dit (?:bericht|e-?mail)[^\n]{0,120}vertrouwelijk"
    r"|please consider the environment|think before (?:you )?print)",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """Return the lines of `text` that its sender wrote for this very message.

    `text` is plain, its lines without blanks at their ends. Lines beginning with ``>`` go
    wherever they stand, so answers between them stay; from the head of a quoted mail, a
    signature or a legal footer on everything goes. Where no word would be left, a step is left
    out.
    """
    lines = text.split("\n")
    for step in (_without_quotes, _without_footer, _without_signature):
        kept = step(lines)
        lines = kept if _speaks(kept) else lines
    return "\n".join(lines).strip()


def _speaks(lines: list[str]) -> bool:
    return any(_WORD.search(line) for line in lines)


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    spoken, at = False, 0
    while at < len(lines):
        head = _head_lines(lines, at)
        if head and spoken:
            break
        if not head and not _QUOTED.match(lines[at]):
            kept.append(lines[at])
            spoken = spoken or _WORD.search(lines[at]) is not None
        at += head or 1
    return kept


def _head_lines(lines: list[str], at: int) -> int:
    """How many lines from `at` on announce a quoted mail; 0: none does."""
    line = lines[at]
    if _REPLY_ABOVE.match(line):
        return 1
    if _SEPARATOR.match(line):
        return 1 + _header_lines(lines, at + 1, enough=1)
    if _RULE.match(line):
        headers = _header_lines(lines, at + 1, enough=3)
        return 1 + headers if headers else 0
    if _FROM.match(line):
        return 1 if _HEADERS_IN_A_LINE.match(line) else _header_lines(lines, at, enough=3)
    if line and _INTRODUCES.match(line):
        return _introduction_lines(lines[at : at + 3])
    return 0


def _header_lines(lines: list[str], at: int, enough: int) -> int:
    """How many lines from `at` on are a mail's headers; 0 for fewer than `enough` headers."""
    count = headers = 0
    for line in lines[at : at + 12]:
        if _HEADER.match(line) or _FROM.match(line):
            headers += 1
        elif line:
            break
        count += 1
    return count if headers >= enough else 0


def _introduction_lines(lines: list[str]) -> int:
    """How many of `lines` say that on this day that person wrote; programs wrap the sentence."""
    sentence = ""
    for count, line in enumerate(lines, start=1):
        sentence = f"{sentence} {line}" if sentence else line
        if not line or len(sentence) > _MAX_INTRODUCTION:
            break
        if line.endswith((":", "：")) and _INTRODUCED.search(sentence):
            return count if _STAMP.search(sentence) else 0
    return 0


def _without_footer(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if at and _LEGAL.match(line):
            return lines[:at]
    return lines


def _without_signature(lines: list[str]) -> list[str]:
    """Cut at the first line with which a signature of a few short lines begins."""
    end = len(lines)
    while end and (not lines[end - 1] or _DEVICE.match(lines[end - 1])):
        end -= 1
    for at in range(max(1, end - _MAX_NAME_LINES - 1), end):
        names = [line for line in lines[at + 1 : end] if line]
        if _DELIMITER.match(lines[at]) or (_REGARDS.match(lines[at]) and _are_names(names)):
            return lines[:at]
        if _THANKS.match(lines[at]) and len(names) <= _MAX_THANKS_LINES and _are_names(names):
            return lines[:at]
    return lines[:end]


def _are_names(lines: list[str]) -> bool:
    """Whether `lines` may say who wrote: short, no sentence, the first begun with a capital."""
    return (
        all(len(line) <= _MAX_NAME_CHARS and not line.endswith(("!", "?")) for line in lines)
        and not any(line.endswith(".") and len(line.split()) > 3 for line in lines)
        and (not lines or not lines[0][0].islower())
    )
