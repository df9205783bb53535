"""Compiled core of the call model: block updates of one vessel's path, survey likelihoods, rates and stays.

A path gives each vessel a phase at each grid step:

    0        idle, at risk of the next call          exponential wait, hazard of the vessel and month
    1        at the origin                           lognormal stay
    2        on the way back                         fixed travel time
    3 + 2j   under way to destination j              fixed travel time
    4 + 2j   at destination j                        lognormal stay

Phases follow in the order 0 → 1 → 3+2j → 4+2j → 2 → 0 (a wait so short that it covers no grid step is left out), so this is an explicit-duration hidden semi-Markov model
(Yu, "Hidden semi-Markov models", Artificial Intelligence 174, 2010). On the state space (phase, steps remaining) it is
a Markov chain, and a block of a path is drawn exactly from its full conditional by forward filtering and backward
sampling. What does not factor over steps (published counts over a window) enters by a Metropolis-Hastings step on the
block, whose proposal is that full conditional.
"""

from tidewaiter.voyages.kernel.arrays import Kept, Line, Looks, Priors, Surveys
from tidewaiter.voyages.kernel.chain import COVERED, run_chain
from tidewaiter.voyages.kernel.counts import chance_counted, count_pmf, survey_histogram
from tidewaiter.voyages.kernel.laws import at_once, fill_stay, survival
from tidewaiter.voyages.kernel.looks import look_likelihood
from tidewaiter.voyages.kernel.paths import draw_block

__all__ = [
    "COVERED",
    "Kept",
    "Line",
    "Looks",
    "Priors",
    "Surveys",
    "at_once",
    "chance_counted",
    "count_pmf",
    "draw_block",
    "fill_stay",
    "look_likelihood",
    "run_chain",
    "survey_histogram",
    "survival",
]
