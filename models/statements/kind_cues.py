"""Count the words and turns of phrase that tell wishes, failures, praise and questions apart.

Sentence vectors know what a statement is about better than what it is for; a few signs in the
words say the latter. The lists are short, hold everyday words of English, German, French and
Spanish, and name no product.
"""

import re
from collections.abc import Sequence

import numpy as np

from groundswell.domain import FloatArray

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FEW_WORDS = 4


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORDS: dict[str, frozenset[str]] = {
    "good": _listed(
        "amazing awesome beautiful best brilliant clever delighted easy enjoy enjoyed excellent"
        " fantastic fast favourite friendly fun glad good great handy happy impressed like love"
        " loved lovely nice perfect perfectly pleased recommend reliable satisfied simple smooth"
        " smoothly super superb thank thanks top wonderful gut tolle toll prima danke begeistert"
        " empfehlen bestens bon bonne excellente merci adore parfait pratique bueno buena"
        " excelente gracias encanta perfecto genial"
    ),
    "bad": _listed(
        "annoying awful bad broken confusing disappointed disappointing frustrating garbage"
        " hate horrible mess poor rubbish ruined sad scam terrible trash ugly unusable useless"
        " worse worst wrong schlecht schrecklich furchtbar leider nervig nul mauvais horrible malo"
        " mala pésimo peor"
    ),
    "failing": _listed(
        "abort aborts blank blocked broken bug buggy crash crashed crashes crashing defective"
        " delay disappear disappeared disappears drains drops duplicate duplicates empty error"
        " errors fail failed failing fails freeze freezes freezing frozen glitch hang hangs"
        " hacked issue issues jerky lag lags laggy late lost missing problem problems slow stopped"
        " stops stuck stutters timeout unable unresponsive vanished wiped wrong abstürzt absturz"
        " fehler verschwunden kaputt langsam plante bug erreur panne rame lent bloquea cierra"
        " falla lento"
    ),
    "grave": _listed(
        "billed billing blocked breach charged charging deleted down fraud gone hacked leaked"
        " lost money password patient payroll private refund security stolen twice vanished"
        " wiped abgebucht geld verschwunden weg débité argent perdu cobraron cobrado dinero"
        " perdido"
    ),
    "negated": _listed(
        "ain't can't cannot couldn't didn't doesn't don't hasn't haven't isn't never no nobody"
        " not nothing wasn't won't wouldn't kein keine nicht nie pas jamais ne no nunca"
    ),
}

_PHRASES: dict[str, re.Pattern[str]] = {
    "wish": re.compile(
        r"\b(?:(?:please|pls|bitte|por favor,?) (?:\w+ ){0,2}?(?:add|allow|bring|give|include|let"
        r"|make|support|implement|offer|consider)|would (?:be|like|love|help|make|save|switch|pay)"
        r"|it'?d be|i'd (?:be|like|love|pay|want)|we'd (?:like|love)|i wish|if only|feature request"
        r"|suggest(?:ion|ed)?\b|should (?:be|let|have|offer|return|include|allow)|ought to"
        r"|(?:how|what) about|bring back|(?:could|can) (?:you|we|there) (?:\w+ )?(?:add|get|have"
        r"|support|be|make|allow)|needs? (?:an?|to have|more|bigger)|we need"
        r"|thing (?:i miss|missing)|i miss"
        r"|hop(?:e|ing) (?:for|you|to see)|option to|möchte|wünsche"
        r"|hätte gern|wäre (?:toll|schön|gut|super)|einbauen|hinzu\w*|serait (?:bien|super"
        r"|utile)|pourriez|ajouter|estaría"
        r"|me gustaría|añad\w+|agreg\w+)"
    ),
    "asks": re.compile(
        r"(?:^|[.!?;:,] )(?:please )?(?:how|where|what|which|when|who|why|does|do|is|are|am|can"
        r"|could|will|should|has|have|any|wie|wo|was|welche|wann|gibt|kann|comment|où|quel\w*"
        r"|est-ce|est-il|combien|cómo|dónde|cuánto|qué|¿\w+)\b"
    ),
    "unsure": re.compile(
        r"\b(?:how (?:do|can|to|does|much|long|many)|(?:explain|tell me|know|find out|understand"
        r"|not sure|wonder\w*) (?:\w+ ){0,2}?(?:how|what|where|which|whether|if|why|when)|any idea)"
    ),
    "imperative": re.compile(
        r"^(?:add|allow|let|make|give|bring|consider|support|include|increase|show|more|need|needs"
        r"|please|pls|bitte)\b"
    ),
    "cannot": re.compile(
        r"\b(?:can'?t|cannot|can not|won'?t|unable to|impossible de|does(?:n'?t| not)|not (?:work"
        r"|load|open|respond|arrive|possible)\w*|stopp?(?:ed|s) \w+ing|no longer|any ?more"
        r"|nicht mehr|ne (?:\w+ )?plus|marche plus|no (?:funciona|puedo|responde)|keeps? \w+ing"
        r"|(?:ever )?since|seit|depuis|desde)\b"
    ),
    "greets": re.compile(
        r"^(?:hi|hello|hey|dear|regards|kind regards|best regards|hallo|guten|viele|mit|bonjour"
        r"|cordialement|hola|saludos|un saludo)\b|attached|\bsent from\b|\banhang\b"
    ),
    "link": re.compile(r"https?://|www\.|\d{4,}"),
}

CUE_NAMES = (*_WORDS, *_PHRASES, "question mark", "exclamation", "short", "praised plainly")


def count_cues(texts: Sequence[str]) -> FloatArray:
    """Return the cues of each text, shape (n_texts, len(CUE_NAMES)), each from 0 to 1.

    Words count up to two, so that a long text is not all cues; the rest is there or not.
    """
    rows = [_cues_of(text) for text in texts]
    return np.array(rows, dtype=np.float64).reshape(len(texts), len(CUE_NAMES))


def _cues_of(text: str) -> list[float]:
    lowered = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip()
    words = _WORD.findall(lowered)
    distinct = set(words)
    found = [min(len(distinct & listed), 2) / 2 for listed in _WORDS.values()]
    said = [float(pattern.search(lowered) is not None) for pattern in _PHRASES.values()]
    good, bad, failing, *_ = found
    return [
        *found,
        *said,
        float("?" in text),
        float("!" in text),
        float(len(words) <= _FEW_WORDS),
        float(good > 0 and bad == 0 and failing == 0 and said[0] == 0),
    ]
