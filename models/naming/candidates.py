"""Which phrases could name a theme, best first.

A good name is said by the theme's central statements, made of words that many of its texts have,
and nearer to its centroid than to any other theme's: a reader who knows only the names then
finds the theme that a statement belongs to.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from math import log

import numpy as np
import scipy.sparse as sp

from models.naming.clauses import NOT, content_stem
from models.naming.corpus import NameCorpus, count_stems, stems_of
from models.naming.function_words import ASKING, BE, CONJUNCTION, DO, PRONOUN, english_role
from models.naming.need_phrases import find_need_phrases
from models.statements.informative import is_informative

SOURCES = 60
"""Texts of a theme that phrases are taken from, the most central ones."""

LEAST_TOGETHER = 0.005
"""Share of a theme's texts that must have all the words of its name: else it is one person's."""

HOLDING_SHARE = 0.1
"""A name holds if such a share of the theme's texts have at least half of its words."""

LEAST_SHARE = 0.01
"""A word that fewer of a theme's texts have counts as if it had this share."""

EASY_WORDS = 6
"""A longer name is harder to take in."""

# Parts of the score, led by the cosine of the phrase to its theme's centroid with weight 1. Chosen
# by reading names, and by how often an encoder finds the right one for a quote (bench names).
MARGIN = 0.5  # of what that cosine is ahead of the highest to another theme's centroid
CENTRAL = 0.3  # of the cosine of the most central text that says it
SHARED = 0.15  # of the mean logarithm of its words' shares of the theme's texts, and ...
WEAKEST = 0.05  # ... of the lowest one; both times one minus the median cosine of the texts, for
# the wider a theme is, the less its middle says of it
UNSAID_NOT = 0.05  # of the share of the texts with its words that negate them, if it does not
ONE_CONTENT_WORD = 0.05
ONE_WORD = 0.1
BEYOND_EASY = 0.03  # for each word
A_QUESTION = 0.02
A_PRONOUN = 0.03  # for each one
A_SENTENCE_WITHIN = 0.03
A_CONJUNCTION = 0.02  # for each one
A_NUMBER = 0.05
FROM_WITHIN = 0.01  # a clause, rather than its beginning

SCORE_DECIMALS = 5
"""Further ones depend on the processor."""


@dataclass(frozen=True, slots=True)
class NameCandidate:
    """A phrase that could name a theme."""

    label: str
    """As most texts write it."""
    stems: tuple[str, ...]
    """Of the words that name something, in their order; a negation is `NOT`."""
    question: bool
    score: float


_Key = tuple[tuple[str, ...], bool]  # stems, and whether it is a question


@dataclass(slots=True)
class _Group:
    """One phrase in all the ways it is written."""

    forms: Counter[str] = field(default_factory=Counter)
    """In small letters."""
    written: Counter[str] = field(default_factory=Counter)
    central: float = -1.0
    leading: int = 0

    def usual_form(self) -> str:
        return min(self.forms, key=lambda form: (-self.forms[form], len(form), form))

    def usual_writing(self) -> str:
        form = self.usual_form()
        same = [written for written in self.written if written.lower() == form]
        return min(same, key=lambda written: (-self.written[written], written))


def find_candidates(corpus: NameCorpus, theme: int) -> list[NameCandidate]:
    """Return the phrases that could name a theme, best first.

    Those that hardly a text supports (`LEAST_TOGETHER`) or that do not hold (`HOLDING_SHARE`)
    are left out; the list may be empty.
    """
    places = corpus.of_theme(theme)
    groups = _gather(corpus, theme)
    having = corpus.having(theme, {NOT, *(stem for stems, _ in groups for stem in stems)})
    supported = sorted(key for key in groups if _is_supported(key[0], having, len(places)))
    forms = [groups[key].usual_form() for key in supported]
    nearness = _nearness(corpus, theme, forms)
    spread = 1.0 - float(np.median(corpus.cosines[places])) if supported else 0.0
    found = []
    for key, form, near in zip(supported, forms, nearness, strict=True):
        shares = [having[stem].bit_count() / len(places) for stem in key[0] if stem != NOT]
        score = near + CENTRAL * groups[key].central + spread * _shared(shares)
        score -= UNSAID_NOT * _negated(key[0], having) + _burden(form.split(), key, groups[key])
        label = groups[key].usual_writing()
        found.append(NameCandidate(label, *key, round(score, SCORE_DECIMALS)))
    return sorted(found, key=lambda one: (-one.score, one.label))


def _gather(corpus: NameCorpus, theme: int) -> dict[_Key, _Group]:
    """Return the phrases of the most central texts."""
    places = corpus.of_theme(theme)
    groups: dict[_Key, _Group] = {}
    for place in sorted(places, key=lambda p: (-corpus.cosines[p], p))[:SOURCES]:
        for phrase in find_need_phrases(corpus.texts[place]):
            stems = tuple(filter(None, map(content_stem, phrase.words)))
            group = groups.setdefault((stems, phrase.question), _Group())
            written = " ".join(phrase.words)
            group.forms[written.lower()] += 1
            group.written[written] += 1
            group.central = max(group.central, float(corpus.cosines[place]))
            group.leading += phrase.leads
    return {
        key: group
        for key, group in groups.items()
        if not set(key[0]) <= {NOT}
        and len(set(key[0])) == len(key[0])
        and is_informative(group.usual_form())
    }


def _is_supported(stems: Sequence[str], having: Mapping[str, int], texts: int) -> bool:
    together, once, twice = -1, 0, 0
    for stem in stems:
        together &= having[stem]
        twice |= once & having[stem]
        once |= having[stem]
    half = once if len(stems) <= 2 else twice
    holds = half.bit_count() >= HOLDING_SHARE * texts
    return holds and together.bit_count() >= LEAST_TOGETHER * texts


def _negated(stems: Sequence[str], having: Mapping[str, int]) -> float:
    """Return the share of the texts with the words of a phrase that also say no, unlike it."""
    together = reduce(int.__and__, (having[stem] for stem in stems))
    return 0.0 if NOT in stems else (together & having[NOT]).bit_count() / together.bit_count()


def _nearness(corpus: NameCorpus, theme: int, forms: Sequence[str]) -> list[float]:
    """Return what the score holds of cosines: to the theme's own centroid, and how far ahead."""
    found = count_stems([stems_of(form.split()) for form in forms], corpus.stems)
    learnt = sp.csr_array(found[:, : len(corpus.words)])
    lengths = np.linalg.norm(np.asarray(learnt @ corpus.words), axis=1, keepdims=True)
    cosines = np.asarray(learnt @ corpus.toward) / np.where(lengths > 0, lengths, 1.0)
    own = cosines[:, theme].copy()
    cosines[:, theme] = -1.0
    margin = own - cosines.max(axis=1) if cosines.shape[1] > 1 else 0.0
    return [float(value) for value in own + MARGIN * margin]


def _shared(shares: Sequence[float]) -> float:
    logs = [log(max(share, LEAST_SHARE)) for share in shares]
    return SHARED * sum(logs) / len(logs) + WEAKEST * min(logs)


def _burden(words: Sequence[str], key: _Key, group: _Group) -> float:
    """Return what makes a phrase a worse name whatever it says."""
    roles = [english_role(word) for word in words]
    return (
        ONE_CONTENT_WORD * (len(set(key[0]) - {NOT}) == 1)
        + ONE_WORD * (len(words) == 1)
        + BEYOND_EASY * max(0, len(words) - EASY_WORDS)
        + A_QUESTION * (key[1] or roles[0] & ASKING > 0)
        + A_PRONOUN * sum(role & PRONOUN > 0 for role in roles)
        + A_SENTENCE_WITHIN * any(a & PRONOUN and b & (BE | DO) for a, b in pairwise(roles))
        + A_CONJUNCTION * sum(role & (CONJUNCTION | ASKING) > 0 for role in roles[1:])
        + A_NUMBER * any(word.isnumeric() for word in words)
        + FROM_WITHIN * (2 * group.leading <= group.forms.total())
    )
