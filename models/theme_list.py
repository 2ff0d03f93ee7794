"""The themes as the report lists and maps them."""

from collections.abc import Mapping, Sequence

from groundswell.domain import NeedTheme
from groundswell.report import RankedIdea, ThemeSummary
from models.evidence import Evidence
from models.voices import usable_mentions


def summarise_themes(
    evidence: Evidence, ideas: Sequence[RankedIdea], areas: Mapping[int, str]
) -> tuple[ThemeSummary, ...]:
    """Describe every need, most voices first.

    Parameters
    ----------
    ideas
        All that were ranked, to point from a theme to its idea.
    areas
        Area id to label.
    """
    mentions = usable_mentions(evidence)
    voices = mentions.groupby("theme_id")["voice"].nunique().to_dict()
    sizes = mentions.groupby("theme_id")["statement_id"].nunique().to_dict()
    texts = dict(zip(mentions["statement_id"].tolist(), mentions["text"].tolist(), strict=True))
    candidates = {theme: idea.candidate_id for idea in ideas for theme in idea.theme_ids}

    def summary(theme: NeedTheme) -> ThemeSummary:
        return ThemeSummary(
            theme_id=theme.theme_id,
            label=theme.label,
            keywords=theme.keywords,
            state=theme.state,
            stability=theme.stability,
            size=int(sizes.get(theme.theme_id, 0)),
            voices=int(voices.get(theme.theme_id, 0)),
            area=areas.get(theme.parent_id or 0, ""),
            x=theme.x,
            y=theme.y,
            quote=next((texts[one] for one in theme.exemplars if one in texts), ""),
            candidate_id=candidates.get(theme.theme_id),
        )

    listed = [summary(theme) for theme in evidence.themes]
    return tuple(sorted(listed, key=lambda one: (-one.voices, one.theme_id)))
