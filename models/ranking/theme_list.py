"""The themes as the report lists and maps them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from groundswell.domain import NeedTheme
from groundswell.report import NameEvidence, RankedIdea, Rise, ThemeSummary
from models.evidence.inputs import Evidence, RankingParameters
from models.evidence.quotes import Quotables
from models.evidence.voices import usable_mentions
from models.trends.drivers import Drivers
from models.trends.profiles import profile_themes

THEME_QUOTES = 4
"""Quotes of a theme in the list."""

COUNTER_QUOTES = 2


def summarise_themes(
    evidence: Evidence,
    ideas: Sequence[RankedIdea],
    around: Sequence[NeedTheme],
    rises: Mapping[int, tuple[Rise, ...]],
    parameters: RankingParameters,
    drivers: Drivers | None = None,
) -> tuple[ThemeSummary, ...]:
    """Describe every need, most voices first.

    Parameters
    ----------
    ideas
        All that were ranked, to point from a theme to its idea.
    around
        Areas and variants of the needs; other themes are passed over.
    rises
        Of each need that rises.
    drivers
        As the ranking found them; None: they are sought.
    """
    sheet = _Sheet(evidence, ideas, around, rises, parameters, drivers)
    listed = [sheet.summary(theme) for theme in evidence.themes]
    return tuple(sorted(listed, key=lambda one: (-one.voices, one.theme_id)))


class _Sheet:
    """What is counted once for all needs."""

    def __init__(
        self,
        evidence: Evidence,
        ideas: Sequence[RankedIdea],
        around: Sequence[NeedTheme],
        rises: Mapping[int, tuple[Rise, ...]],
        parameters: RankingParameters,
        drivers: Drivers | None,
    ) -> None:
        mentions = usable_mentions(evidence)
        grouped = mentions.groupby("theme_id")
        self._voices = grouped["voice"].nunique().to_dict()
        self._sizes = grouped["statement_id"].nunique().to_dict()
        self._ideas = _ideas_of_needs(ideas)
        self._areas = {theme.theme_id: theme.label for theme in around if theme.level == "area"}
        said_so = Counter(mentions["variant_id"].dropna().astype(np.int64).tolist())
        self._variants = _variants(around, said_so)
        self._quotables = Quotables(mentions, evidence.accounts)
        self._rises = rises
        self._profiles = profile_themes(
            mentions, evidence.themes, evidence.accounts, evidence.as_of, parameters, drivers
        )

    def summary(self, theme: NeedTheme) -> ThemeSummary:
        need = theme.theme_id
        quotes = self._quotables.choose(theme.exemplars, THEME_QUOTES)
        against = self._quotables.choose(theme.counter_exemplars, COUNTER_QUOTES, unlike=quotes)
        return ThemeSummary(
            theme_id=need,
            label=theme.label,
            keywords=theme.keywords,
            state=theme.state,
            stability=theme.stability,
            size=int(self._sizes.get(need, 0)),
            voices=int(self._voices.get(need, 0)),
            area="" if theme.parent_id is None else self._areas.get(theme.parent_id, ""),
            x=theme.x,
            y=theme.y,
            quote=quotes[0].text if quotes else "",
            candidate_id=self._ideas.get(need),
            named_by=theme.named_by,
            name_evidence=tuple(NameEvidence(*word) for word in theme.name_evidence),
            variants=tuple(self._variants.get(need, ())),
            quotes=quotes,
            counter_quotes=against,
            profile=self._profiles.get(need),
            rises=self._rises.get(need, ()),
        )


def _ideas_of_needs(ideas: Sequence[RankedIdea]) -> dict[int, str]:
    """Return the idea of each need: its own, else the best that covers a part of it."""
    found: dict[int, str] = {}
    for idea in ideas:
        for theme in idea.theme_ids:
            if idea.candidate_id == f"need-{theme}":
                found[theme] = idea.candidate_id
            else:
                found.setdefault(theme, idea.candidate_id)
    return found


def _variants(
    around: Sequence[NeedTheme], sizes: Mapping[int, int]
) -> dict[int, list[tuple[str, int]]]:
    """Return (label, statements) of each need's variants, largest first."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for theme in around:
        if theme.level == "variant" and theme.parent_id is not None:
            found[theme.parent_id].append((theme.label, sizes.get(theme.theme_id, 0)))
    return {
        need: sorted(parts, key=lambda part: (-part[1], part[0])) for need, parts in found.items()
    }
