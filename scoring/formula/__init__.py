"""Rostrum's statistics: ratings and other evidence in, an honest ranking with its uncertainty out.

Pure functions on numpy arrays and pandas frames: no Django, no clock, no hidden randomness (`at=` and `rng=` are passed
in). Everything a stranger needs is importable from here; `docs/formula.md` walks through an example.

Rating with few answers (A1)
    `estimate`, `shrink`, `integrate` (normal means: empirical Bayes, integrated posterior); `between_variance`
    (Paule-Mandel, REML, ML, DerSimonian-Laird, Hedges), `pooled_mean`, `heterogeneity`; `james_stein`; `one_way_anova`,
    `one_way_random_effects` (BLUPs); `fit_beta_binomial`, `integrate_beta_binomial` (thumbs); `net_promoter_score`;
    `decay_statistics`, `effective_number`, `choose_half_life` (recency); `average_repeats`, `design_effect` (repeat
    customers); `response_rates`, `tipping_point`, `post_stratify`, `wilson_interval` (silence).
Case mix (A2)
    `cell_statistics`, `whole_statistics`, `merge_small_cells`, `fit_case_mix`, `comparable_groups`;
    `fit_random_intercept` (REML from additive statistics), `fit_crossed_effects` (agents, customers, queues),
    `remove_customer_severity`; `standardised_rates`, `mantel_haenszel`; `efficiency_scores`.
Ranking (A3)
    `rank`, `rank_draws`, `rank_distribution`, `probability_better`, `verdicts`, `threshold_states`;
    `rank_confidence`, `top_set`, `interval_ranks` (for appeals); `simulate_calibration`, `split_halves`.
Composite (A4)
    `Rules` of `Gate`, `Weight`, `AnyOf`, `Veto`; measures from `fact`, `measured`, `from_posterior`; `evaluate`;
    `explain_score`, `rating_chain`, `nearest_flips`; `gate_error_rates`; `weight_acceptability`, `leave_one_out`,
    `smallest_weight_change`, `kendall_tau`, `compare_lists`; `regression_weights`, `incremental_validity`,
    `effective_weights`, `composite_reliability`; `taylor_russell`, `unrestricted_validity`; `selection_rate`,
    `impact_ratio`.
Raters of the same thing (A6)
    `weighted_kappa`, `intraclass_correlations` (Shrout and Fleiss), `nearness`, `mean_with_error`.
Rare and dated facts (A7)
    `viral_evidence`, `door_probability`, `fit_gamma_poisson`, `robbins_estimate`; `tenure_months`.

Everything refuses bad input with a `FormulaError` that names what is wrong.
"""

from scoring.formula.agreement import (
    Coefficient,
    Icc,
    Kappa,
    Nearness,
    intraclass_correlations,
    mean_with_error,
    nearness,
    weighted_kappa,
)
from scoring.formula.anova import Anova, JamesStein, james_stein, one_way_anova, one_way_random_effects
from scoring.formula.calibrate import Calibration, SplitHalves, calibration_bins, simulate_calibration, split_halves
from scoring.formula.casemix import CaseMix, Confined, fit_case_mix
from scoring.formula.cells import add_statistics, cell_statistics, comparable_groups, merge_small_cells
from scoring.formula.celltable import WholeSums, whole_statistics
from scoring.formula.composite import Composite, evaluate
from scoring.formula.confidence import RankSets, interval_ranks, rank_confidence, top_set
from scoring.formula.counts import GammaPoisson, fit_gamma_poisson, robbins_estimate
from scoring.formula.crossed import CrossedEffects, fit_crossed_effects
from scoring.formula.efficiency import Efficiency, efficiency_scores, time_statistics
from scoring.formula.errors import (
    EmptyInputError,
    FormulaError,
    MissingColumnError,
    NotIdentifiedError,
    ShapeError,
    UnknownOptionError,
    ValueRangeError,
)
from scoring.formula.explain import (
    Explanation,
    Flip,
    GateLine,
    Part,
    RatingChain,
    explain_score,
    nearest_flips,
    rating_chain,
    round_parts,
)
from scoring.formula.gate_errors import GateErrors, gate_error_rates
from scoring.formula.impact import Impact, impact_ratio, selection_rate
from scoring.formula.measures import CRITERIA, Measure, fact, from_posterior, measured
from scoring.formula.nonresponse import (
    PostStratified,
    post_stratify,
    response_correlation,
    response_rates,
    tipping_point,
    wilson_interval,
)
from scoring.formula.normal_ranks import rank_distribution, rank_limits
from scoring.formula.nps import NetPromoterScore, net_promoter_score, net_promoter_score_of
from scoring.formula.posterior import IntegratedPosterior, integrate
from scoring.formula.ranking import Ranking, probability_better, rank, rank_draws, threshold_states, verdicts
from scoring.formula.rates import IntegratedRates, integrate_beta_binomial
from scoring.formula.recency import HalfLifeChoice, choose_half_life, decay_statistics, decay_weight, effective_number
from scoring.formula.reml import (
    InterceptStatistics,
    RandomIntercept,
    factor_statistics,
    fit_random_intercept,
    intercept_statistics,
)
from scoring.formula.repeats import average_repeats, deflate, design_effect, intraclass_correlation
from scoring.formula.rules import AnyOf, Gate, GateOutcome, Rules, Veto, Weight
from scoring.formula.sensitivity import (
    Acceptability,
    ListChange,
    WeightChange,
    compare_lists,
    kendall_tau,
    leave_one_out,
    smallest_weight_change,
    weight_acceptability,
)
from scoring.formula.severity import Severity, remove_customer_severity
from scoring.formula.shrinkage import Posterior, ShrunkenMeans, estimate, shrink
from scoring.formula.standardise import MantelHaenszel, mantel_haenszel, standardised_rates
from scoring.formula.tenure import months_between, tenure_months
from scoring.formula.thumbs import BetaBinomial, fit_beta_binomial
from scoring.formula.validity import taylor_russell, unrestricted_validity, validity_needed
from scoring.formula.variance import Pooled, between_variance, heterogeneity, pooled_mean
from scoring.formula.virality import (
    AttributionAudit,
    cap_likelihood_ratio,
    door_probability,
    estimate_likelihood_ratio,
    false_attribution_rate,
    viral_evidence,
)
from scoring.formula.weights import (
    RegressionWeights,
    composite_reliability,
    composite_validity,
    effective_weights,
    incremental_validity,
    regression_weights,
)

__all__ = [
    "CRITERIA",
    "Acceptability",
    "Anova",
    "AnyOf",
    "AttributionAudit",
    "BetaBinomial",
    "Calibration",
    "CaseMix",
    "Coefficient",
    "Composite",
    "Confined",
    "CrossedEffects",
    "Efficiency",
    "EmptyInputError",
    "Explanation",
    "Flip",
    "FormulaError",
    "GammaPoisson",
    "Gate",
    "GateErrors",
    "GateLine",
    "GateOutcome",
    "HalfLifeChoice",
    "Icc",
    "Impact",
    "IntegratedPosterior",
    "IntegratedRates",
    "InterceptStatistics",
    "JamesStein",
    "Kappa",
    "ListChange",
    "MantelHaenszel",
    "Measure",
    "MissingColumnError",
    "Nearness",
    "NetPromoterScore",
    "NotIdentifiedError",
    "Part",
    "Pooled",
    "PostStratified",
    "Posterior",
    "RandomIntercept",
    "RankSets",
    "Ranking",
    "RatingChain",
    "RegressionWeights",
    "Rules",
    "Severity",
    "ShapeError",
    "ShrunkenMeans",
    "SplitHalves",
    "UnknownOptionError",
    "ValueRangeError",
    "Veto",
    "Weight",
    "WeightChange",
    "WholeSums",
    "add_statistics",
    "average_repeats",
    "between_variance",
    "calibration_bins",
    "cap_likelihood_ratio",
    "cell_statistics",
    "choose_half_life",
    "comparable_groups",
    "compare_lists",
    "composite_reliability",
    "composite_validity",
    "decay_statistics",
    "decay_weight",
    "deflate",
    "design_effect",
    "door_probability",
    "effective_number",
    "effective_weights",
    "efficiency_scores",
    "estimate",
    "estimate_likelihood_ratio",
    "evaluate",
    "explain_score",
    "fact",
    "factor_statistics",
    "false_attribution_rate",
    "fit_beta_binomial",
    "fit_case_mix",
    "fit_crossed_effects",
    "fit_gamma_poisson",
    "fit_random_intercept",
    "from_posterior",
    "gate_error_rates",
    "heterogeneity",
    "impact_ratio",
    "incremental_validity",
    "integrate",
    "integrate_beta_binomial",
    "intercept_statistics",
    "interval_ranks",
    "intraclass_correlation",
    "intraclass_correlations",
    "james_stein",
    "kendall_tau",
    "leave_one_out",
    "mantel_haenszel",
    "mean_with_error",
    "measured",
    "merge_small_cells",
    "months_between",
    "nearest_flips",
    "nearness",
    "net_promoter_score",
    "net_promoter_score_of",
    "one_way_anova",
    "one_way_random_effects",
    "pooled_mean",
    "post_stratify",
    "probability_better",
    "rank",
    "rank_confidence",
    "rank_distribution",
    "rank_draws",
    "rank_limits",
    "rating_chain",
    "regression_weights",
    "remove_customer_severity",
    "response_correlation",
    "response_rates",
    "robbins_estimate",
    "round_parts",
    "selection_rate",
    "shrink",
    "simulate_calibration",
    "smallest_weight_change",
    "split_halves",
    "standardised_rates",
    "taylor_russell",
    "tenure_months",
    "threshold_states",
    "time_statistics",
    "tipping_point",
    "top_set",
    "unrestricted_validity",
    "validity_needed",
    "verdicts",
    "viral_evidence",
    "weight_acceptability",
    "weighted_kappa",
    "whole_statistics",
    "wilson_interval",
]
