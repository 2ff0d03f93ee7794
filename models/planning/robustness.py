"""In how many draws of values and efforts an idea stays in the plan."""

import numpy as np

from groundswell.domain import FloatArray
from models.planning.overrun import draw_factors
from models.planning.program import Program, placed_columns
from models.planning.solving import relax


def robustness(program: Program) -> FloatArray:
    """Return the share of each item that is planned, in the mean over draws, shape (n_items,).

    Each draw has other values (`Value.drawn`) and other days, and is planned anew within the
    same limits, as a relaxation: an idea that is planned in part counts in part. What must be
    done or was placed keeps its days, so that every draw has a plan. The draws are of a stream of
    their own.

    Returns
    -------
    0 to 1; NaN throughout if no draw has a plan.
    """
    problem, columns = program.problem, program.columns
    draws = problem.rules.robustness_draws
    factors = draw_factors(problem, draws)
    factors[[item.must for item in problem.items]] = 1.0
    factors[columns.item[placed_columns(program)]] = 1.0
    stream = np.random.default_rng([problem.rules.seed, 1])
    normal = stream.standard_normal((draws, len(problem.items)))
    taken, planned = np.zeros(len(problem.items)), 0
    for draw in range(draws):
        values = [item.value.drawn(z) for item, z in zip(problem.items, normal[draw], strict=True)]
        factor = factors[columns.item, draw]
        cost = columns.cost * factor if problem.net_of_cost else 0.0
        worth = (np.array(values)[columns.item] - cost) * problem.rules.discount**columns.ships
        found = relax(program.scaled(factor), worth)
        if found is not None:
            planned += 1
            taken += np.bincount(columns.item, found.x, len(problem.items))
    return taken / planned if planned else np.full(len(problem.items), np.nan)
