"""Rostrum's statistics: ratings and other evidence in, an honest ranking with its uncertainty out.

Pure functions on numpy arrays and pandas frames: no Django, no clock, no hidden randomness (`at=` and `rng=` are passed
in). Everything a stranger needs is importable from here; `docs/formula.md` walks through an example.

* Case mix (A2): `cell_statistics`, `merge_small_cells`, `fit_case_mix`, `comparable_groups`.
* Shrinkage (A1): `estimate`, `shrink`, `integrate`, `between_variance`, `pooled_mean`, `fit_beta_binomial` (thumbs),
  `fit_gamma_poisson` and `robbins_estimate` (rare events).
* Recency, tenure, viral chats (A1, A7): `decay_statistics`, `choose_half_life`, `tenure_months`, `viral_evidence`,
  `door_probability`.
* Ranking (A3): `rank`, `rank_draws`, `rank_distribution`, `verdicts`.
* Composite (A4): `Rules` of `Gate`, `Weight`, `AnyOf`, `Veto`; measures from `fact`, `measured`, `from_posterior`;
  `evaluate`; `explain_score`, `rating_chain`, `nearest_flips`; `weight_acceptability`, `leave_one_out`, `kendall_tau`.

Everything refuses bad input with a `FormulaError` that names what is wrong.
"""

from scoring.formula.casemix import CaseMix, Confined, fit_case_mix
from scoring.formula.cells import add_statistics, cell_statistics, comparable_groups, merge_small_cells
from scoring.formula.composite import Composite, evaluate
from scoring.formula.counts import GammaPoisson, fit_gamma_poisson, robbins_estimate
from scoring.formula.errors import (
    EmptyInputError,
    FormulaError,
    MissingColumnError,
    NotIdentifiedError,
    ShapeError,
    UnknownOptionError,
    ValueRangeError,
)
from scoring.formula.explain import Explanation, Flip, explain_score, nearest_flips, rating_chain, round_parts
from scoring.formula.measures import CRITERIA, Measure, fact, from_posterior, measured
from scoring.formula.normal_ranks import rank_distribution, rank_limits
from scoring.formula.posterior import IntegratedPosterior, integrate
from scoring.formula.ranking import Ranking, compare, rank, rank_draws, threshold_states, verdicts
from scoring.formula.recency import choose_half_life, decay_statistics, decay_weight, effective_number
from scoring.formula.rules import AnyOf, Gate, Rules, Veto, Weight
from scoring.formula.sensitivity import (
    compare_lists,
    kendall_tau,
    leave_one_out,
    smallest_weight_change,
    weight_acceptability,
)
from scoring.formula.shrinkage import Posterior, ShrunkenMeans, estimate, shrink
from scoring.formula.tenure import months_between, tenure_months
from scoring.formula.thumbs import BetaBinomial, fit_beta_binomial
from scoring.formula.variance import between_variance, heterogeneity, pooled_mean
from scoring.formula.virality import (
    cap_likelihood_ratio,
    door_probability,
    estimate_likelihood_ratio,
    false_attribution_rate,
    viral_evidence,
)

__all__ = [
    "CRITERIA",
    "AnyOf",
    "BetaBinomial",
    "CaseMix",
    "Composite",
    "Confined",
    "EmptyInputError",
    "Explanation",
    "Flip",
    "FormulaError",
    "GammaPoisson",
    "Gate",
    "IntegratedPosterior",
    "Measure",
    "MissingColumnError",
    "NotIdentifiedError",
    "Posterior",
    "Ranking",
    "Rules",
    "ShapeError",
    "ShrunkenMeans",
    "UnknownOptionError",
    "ValueRangeError",
    "Veto",
    "Weight",
    "add_statistics",
    "between_variance",
    "cap_likelihood_ratio",
    "cell_statistics",
    "choose_half_life",
    "comparable_groups",
    "compare",
    "compare_lists",
    "decay_statistics",
    "decay_weight",
    "door_probability",
    "effective_number",
    "estimate",
    "estimate_likelihood_ratio",
    "evaluate",
    "explain_score",
    "fact",
    "false_attribution_rate",
    "fit_beta_binomial",
    "fit_case_mix",
    "fit_gamma_poisson",
    "from_posterior",
    "heterogeneity",
    "integrate",
    "kendall_tau",
    "leave_one_out",
    "measured",
    "merge_small_cells",
    "months_between",
    "nearest_flips",
    "pooled_mean",
    "rank",
    "rank_distribution",
    "rank_draws",
    "rank_limits",
    "rating_chain",
    "robbins_estimate",
    "round_parts",
    "shrink",
    "smallest_weight_change",
    "tenure_months",
    "threshold_states",
    "verdicts",
    "viral_evidence",
    "weight_acceptability",
]
