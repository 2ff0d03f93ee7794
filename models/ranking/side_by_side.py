"""One set of measurements under every strategy: what a choice of weights decides."""

from dataclasses import replace

from groundswell.domain import IntArray
from models.evidence.inputs import RankingParameters
from models.ranking.criteria import Facts, Sample
from models.ranking.priority import make_yardstick
from models.ranking.scoring import Reference
from models.ranking.strategies import known_strategies
from models.ranking.uncertainty import ranks_of


def ranks_by_strategy(
    sample: Sample, facts: Facts, parameters: RankingParameters, reference: Reference
) -> list[tuple[str, IntArray]]:
    """Return the ranks of all candidates under each strategy that the data support.

    Parameters
    ----------
    sample
        The point sample.
    reference
        Of this ranking. Strategies that add standardised criteria as it does share its scales;
        the others are scaled by this sample, which moves no rank of theirs.

    Returns
    -------
    list of (strategy, ranks of shape (n_candidates,))
        In the order of `models.ranking.strategies.known_strategies`; one whose every criterion
        but effort is missing is left out.
    """
    strategies = known_strategies(parameters.own_strategies)
    product = strategies[parameters.strategy].product
    found = []
    for name, strategy in strategies.items():
        frozen = None if strategy.product or product else replace(reference, strategy=name)
        wanted = replace(parameters, strategy=name)
        yardstick, _ = make_yardstick(sample, facts, wanted, frozen)
        if any(criterion.name in strategy.weights for criterion in yardstick.criteria):
            found.append((name, ranks_of(yardstick.priority(sample, facts))[:, 0]))
    return found
