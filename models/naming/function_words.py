"""Words that hold a sentence together and name nothing, by what they do in it.

English, where most feedback is, has them in groups, so that the rules of
`models.naming.need_phrases` can tell "can I" from "I can"; of other languages the most frequent
ones are known. A word has the sum of its roles; one without a role names something.
"""

from collections.abc import Sequence
from functools import lru_cache

ARTICLE = 1
"""Says which, and can be left out at the beginning: the, my, this."""
DETERMINER = 2
"""Says which, and stays: another, every."""
PREPOSITION = 4
PARTICLE = 8
"""Belongs to the word before it: log *in*, top *up*."""
ASKING = 16
"""What, when, how."""
CONJUNCTION = 32
PRONOUN = 64
BE = 128
DO = 256
"""Takes a bare verb, and in a question stands before its subject: does, will, have."""
ADVERB = 512
OPENER = 1024
"""Hello, please, sorry."""
WISH = 2048
"""Leads to what is wanted, before "to", "me" and the like: need, try, help."""
SAYING = 4096
"""Leads to what is the case: think, seems, says."""
NEGATION = 8192
FAILURE = 16384
"""Says no in another word, and names something too: failed, unable."""
FOREIGN = 32768
"""A function word of a language other than English."""

NEGATIVE = NEGATION | FAILURE
"""What no phrase may be cut off from: "does not work" is not "work"."""

FUNCTION = (
    ARTICLE | DETERMINER | PREPOSITION | PARTICLE | ASKING | CONJUNCTION | PRONOUN | BE | DO
) | (ADVERB | OPENER | FOREIGN)

_PARTICLE_VERBS = (
    "cash check checked checking checks clock clocked clocking clocks fill filled filling fills"
    " hang hold holding log logged logging logs opt plug punch punched punching sign signed signing"
    " signs switch switched turn turned turning turns zoom zoomed zooming"
)
_MEASURES = "big come far fast high long low many much often old quickly soon"
_LINKS = "about for help how i if me out that to us what when where whether why with you"
_ENGLISH = {
    ARTICLE: "a an any her his its my our some that the their these this those your",
    DETERMINER: "another each every",
    PREPOSITION: (
        "about above across after against along among around as at before behind below between"
        " beyond by despite during except for from in inside into near of off on onto out over per"
        " since than through to toward towards under until up upon using via with within"
    ),
    PARTICLE: "away back down off out over through up",
    ASKING: "how what whats when where which who whom whose why",
    CONJUNCTION: (
        "although and bc because but cause cuz if nor or so then though unless whereas whether"
        " while"
    ),
    PRONOUN: (
        "anyone anything everyone everything he her here him i id ill im it itself ive me myself"
        " one's she someone something that's thats there theres they this u us we you yourself"
    ),
    BE: "am are be been being is was were",
    DO: "can could did do does gonna had has have having may might must shall should wanna will"
    " would",
    ADVERB: (
        "actually again ago already also always anymore anyway asap basically constantly currently"
        " either else even ever exactly finally however instead just lately later literally maybe"
        " much now only perhaps please pretty probably quite rather really recently right seriously"
        " simply so soon still suddenly therefore tho today tomorrow tonight too very well"
        " yesterday yet"
    ),
    OPENER: (
        "dear guys hello hey hi hmm huh kindly lol oh ok okay omg please pls plz sir sorry team"
        " thank thanks ugh uh um wow yeah yes yo"
    ),
    WISH: (
        "able ask asking curious explain figure find getting give going got gotta happened"
        " happens help hoping know learn let let's lets like looking love need needed needs"
        " possible show supposed sure tell tried try trying understand want wanted wants way"
        " wish wonder wondering"
    ),
    SAYING: (
        "appears believe feel guess heard hope know looks mean noticed realized said say saying"
        " says see seem seems sure think told wonder wondering"
    ),
    NEGATION: (
        "arent barely cannot cant couldnt didnt doesnt dont hadnt hardly hasnt havent isnt neither"
        " never no nobody none not nothing wasnt werent without wont wouldnt"
    ),
    FAILURE: "fail failed failing fails impossible refused refuses stopped unable",
}

GERMAN = (
    "aber als am auch auf aus bei bin bitte da das dass dem den der des die diese doch du ein eine"
    " einem einen einer er es für haben ich ihr im ist ja kann man mein meine mich mir mit nach"
    " noch nur oder sehr sich sie sind so um und uns vom von wenn werden wie wir wird zu zum zur"
    " über"
)
FRENCH = (
    "au aux avec ce ces cette dans de des du elle en est et il ils je la le les leur ma mais mes"
    " mon ne nous on ont ou où par plus pour que qui sa se ses sont sur très tout un une vous"
)
SPANISH = (
    "al como con del desde el ella en eso esta este hay las lo los me mi muy más nos para pero"
    " por porque que se ser si son su sus también te tiene un una ya"
)
PORTUGUESE = (
    "ao aos com da das do dos ela ele em essa esse eu foi isso mais mas meu minha muito na nas"
    " no nos num os ou pela pelo quando que seu sua são também tem um uma você"
)
ITALIAN = (
    "anche che chi ci con cui dalla dei della delle di gli ha ho il io ma mi nel nella per però"
    " perché più quando questa questo si sono un una uno"
)
DUTCH = (
    "aan als ben bij dan dat de deze die dit een en heb heeft het hij ik is je kan maar met mijn"
    " naar nog of om ook op te uit van voor wat we wel worden ze zijn"
)
NEGATIONS_ELSEWHERE = (
    "aucun aucune geen jamais kein keine keinen keiner mai nem nessun nessuna nicht nie niemals"
    " niet nooit não non nunca ningún ninguna pas sem senza sin"
)


@lru_cache(1 << 16)
def english_role(word: str) -> int:
    """Return what a word in small letters does in an English sentence; 0: it names something."""
    if word in _ROLES:
        return _ROLES[word]
    if word.endswith("n't"):
        return NEGATION
    begins, mark, _ = word.partition("'")
    return _ROLES.get(begins, 0) & (PRONOUN | ASKING) if mark else 0


@lru_cache(1 << 16)
def foreign_role(word: str) -> int:
    """Return `FOREIGN`, `NEGATION` or 0 for a word in small letters of another language."""
    return _ELSEWHERE.get(word, 0)


def find_roles(words: Sequence[str]) -> list[int]:
    """Return the roles of the words of one text, in small letters, in the language it is in.

    A text is taken for English unless it has more function words of other languages.
    """
    roles = [english_role(word) for word in words]
    if not any(word in _ELSEWHERE for word in words):
        return roles
    english = sum(role & FUNCTION != 0 for role in roles)
    if english >= sum(word in _ELSEWHERE for word in words):
        return roles
    return [_ELSEWHERE.get(word, 0) for word in words]


def _sum_roles() -> dict[str, int]:
    roles: dict[str, int] = {}
    for role, words in _ENGLISH.items():
        for word in words.split():
            roles[word] = roles.get(word, 0) | role
    return roles


PARTICLE_VERBS = frozenset(_PARTICLE_VERBS.split())
"""Words after which "in" and "on" are particles."""

MEASURES = frozenset(_MEASURES.split())
"""Words that "how" takes: how long, how many."""

LINKS = frozenset(_LINKS.split())
"""Words after which a `WISH` has only led to what is wanted."""

_ROLES = _sum_roles()
_ELSEWHERE = {
    **dict.fromkeys(f"{GERMAN} {FRENCH} {SPANISH} {PORTUGUESE} {ITALIAN} {DUTCH}".split(), FOREIGN),
    **dict.fromkeys([*NEGATIONS_ELSEWHERE.split(), "no"], NEGATION),
}
