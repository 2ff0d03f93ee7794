"""What each gate says of a challenger, in a sentence with its figures."""

from collections.abc import Sequence

import numpy as np

from groundswell.domain import NOISE, FloatArray, GateResult
from groundswell.report import Measure
from models.gates.churn import Churn
from models.gates.constraints import SHARE, Constraints
from models.gates.foresight import FEWEST_TIES, Foresight
from models.gates.memberships import FEWEST_TEXTS, Calibration
from models.statements.gains import FEWEST, Gain
from models.themes.model import ThemeModel
from models.themes.state import ThemeState

MOST_BYTES = 2_000_000_000
"""Of a version's files: more is not read into memory by any page or run."""
GROWTH = 2.0
"""Times the champion's bytes per statement that a challenger may take."""
SMALL_BYTES = 20_000_000
"""Files up to which growth is nobody's concern."""
NORM = 0.02
"""How far a vector's length may be from 1: half precision leaves .001."""
UNSEEN = 0.2
"""Share of statements that a challenger may not know yet."""


def whole(model: ThemeModel, state: ThemeState) -> GateResult:
    """Refuse arrays that are no clustering: not finite, not unit, of themes not there."""
    faults = [*_faulty_arrays(model), *_faulty_themes(model, state)]
    told = "; ".join(faults) if faults else "all arrays are finite and fit together"
    return GateResult("whole", not faults, told)


def fresh(
    *, champion: int | None, parent: int | None, unseen: float, encoder_fits: bool
) -> GateResult:
    """Refuse what was made beside another champion, of old data or of another encoder's vectors.

    Parameters
    ----------
    champion, parent
        The version in use, and the one that it was compared with.
    unseen
        Share of the statements that it was not made from, 0 to 1.
    """
    if champion != parent:
        told = f"it was compared with version {parent}, and version {champion} is in use now"
    elif not encoder_fits:
        told = "it works on the vectors of an encoder that is not in use"
    elif unseen > UNSEEN:
        told = f"{unseen:.0%} of the statements came after it was made; at most {UNSEEN:.0%} may"
    else:
        return GateResult("fresh", True, f"{1.0 - unseen:.0%} of the statements were known to it")
    return GateResult("fresh", False, told)


def golden(found: Foresight) -> GateResult:
    """Refuse themes that foretell less of what was said last."""
    if not found.known:
        told = f"{found.ties} ties among the newest statements, {FEWEST_TIES} are needed to tell"
        return GateResult("golden set", True, told)
    told = (
        f"{found.challenger:.3f} nats per tie among the newest statements, the champion"
        f" {found.champion:.3f}; standard error of the difference {max(found.error, 0.001):.3f}"
    )
    return GateResult("golden set", not found.lost, told)


def earned(kind: str, gain: Gain | None) -> GateResult:
    """Refuse what reviewers' corrections taught unless it surely foretells later ones better."""
    if gain is None:
        told = f"fewer than {FEWEST} corrections of {kind}, so nothing can be told"
        return GateResult("golden set", False, told)
    told = (
        f"{gain.after:.3f} nats at each later correction, {gain.before:.3f} without what was"
        f" learned; 80 % interval of the gain {gain.low:.3f} to {gain.high:.3f}"
    )
    return GateResult("golden set", gain.low > 0.0, told)


CONFIRMED = 0.3
"""Least share of what reviewers spoke about in which the model was right: taught by its errors
alone it changes its mind where it was right, too (record 0035)."""


def spoken_fairly(kind: str, right: FloatArray) -> GateResult | None:
    """Refuse what was taught by errors alone; None: nothing speaks against it.

    Parameters
    ----------
    right : ndarray of shape (n,)
        1 where the model in use says what the reviewer said, else 0.
    """
    share = float(right.mean()) if len(right) else 0.0
    if share >= CONFIRMED:
        return None
    told = (
        f"{share:.0%} of the answers on {kind} confirm what was shown, {CONFIRMED:.0%} are"
        " needed; say also where it is right"
    )
    return GateResult("golden set", False, told)


def in_range(gain: Gain) -> GateResult:
    """Refuse chances that are surely farther from what comes true than before."""
    told = f"chances are off by {gain.after:.3f} on average, {gain.before:.3f} before"
    return GateResult("calibration", gain.high >= 0.0, told)


def compared(name: str, unit: str, gain: Gain, *, more: bool) -> Measure:
    """Return a figure without and with what was learned as a measure."""
    ends = (gain.low, gain.high) if more else (-gain.high, -gain.low)
    return Measure(name, unit, gain.after, gain.before, *ends, more_is_better=more)


def calibrated(challenger: Calibration, champion: Calibration | None) -> GateResult:
    """Refuse memberships that are not what they claim."""
    if challenger.texts < FEWEST_TEXTS:
        return GateResult("calibration", True, f"{challenger.texts} texts are too few to tell")
    before = "" if champion is None else f", the champion's {champion.error:.3f}"
    told = f"memberships are off by {challenger.error:.3f} on average{before}"
    return GateResult("calibration", not challenger.worse_than(champion), told)


def constraints(found: Constraints) -> GateResult:
    """Refuse what breaks decisions."""
    told = f"{found.share:.1%} of {found.total:,} decisions on needs hold, {SHARE:.0%} must"
    shown = [f"{what} {why}" for what, why in found.broken[:3]]
    if not found.total:
        told = "nothing was decided on needs"
    return GateResult("decisions", found.hold, "; ".join([told, *shown]))


def churn(
    found: Churn, *, statements: float, ideas: float, new: float, reasons: Sequence[str]
) -> GateResult:
    """Refuse what changes more for people than they can be asked to follow.

    Parameters
    ----------
    statements, ideas
        The most that may change, as shares.
    new
        Share of the statements that the champion was not fitted on: so much more may move.
    reasons
        Why more is to be expected; with one, shares are told and refuse nothing. Needs that
        would be lost always do.
    """
    told = [
        f"{found.moved:.0%} of {found.statements:,} statements and {found.ideas:.0%} of the best"
        f" ideas change; {min(1.0, statements + new):.0%} and {min(1.0, ideas + new):.0%} may"
    ]
    over = found.moved > statements + new or found.ideas > ideas + new
    if over and reasons:
        told.append("more was to be expected: " + ", ".join(reasons))
    told += [f"theme-{need} is lost: {share:.0%} of it is in no need" for need, share in found.lost]
    return GateResult("churn", not found.lost and (not over or bool(reasons)), "; ".join(told))


def limits(size: int, statements: int, champion: tuple[int, int] | None) -> GateResult:
    """Refuse what is too large to be read and searched as quickly as before.

    Parameters
    ----------
    size
        Bytes of its files.
    statements
        That it was made from.
    champion
        The same two of the one in use.
    """
    allowed = float(MOST_BYTES)
    if champion is not None:
        each = champion[0] / max(champion[1], 1)
        allowed = min(allowed, max(SMALL_BYTES, GROWTH * each * statements))
    told = f"{size / 1e6:,.1f} MB, at most {allowed / 1e6:,.1f} MB"
    return GateResult("limits", size <= allowed, told)


def _faulty_arrays(model: ThemeModel) -> list[str]:
    faults = []
    for name in ("references", "centroids", "rarity", "word_weights"):
        if not np.isfinite(getattr(model, name)).all():
            faults.append(f"{name} are not all finite")
    if faults:
        return faults
    for name in ("references", "centroids"):
        lengths = np.linalg.norm(getattr(model, name).astype(np.float32), axis=1)
        if len(lengths) and float(np.abs(lengths - 1.0).max()) > NORM:
            faults.append(f"{name} are not unit vectors")
    return faults


def _faulty_themes(model: ThemeModel, state: ThemeState) -> list[str]:
    needs = {theme.theme_id for theme in state.themes if theme.level == "need"}
    known = set(model.theme_ids.tolist())
    placed = set(state.assignments["theme_id"].tolist()) - {NOISE}
    faults = []
    if known != needs:
        faults.append(f"{len(known ^ needs)} needs are in its arrays alone or in its list alone")
    if placed - needs:
        faults.append(f"statements are placed in {len(placed - needs)} needs that are not there")
    return faults
