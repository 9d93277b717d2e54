"""What a selection procedure of known validity is worth, and its validity among all applicants (methods A4, A9).

Sources: Taylor & Russell (1939) J Appl Psychol 23:565-578; Thorndike (1949) Personnel Selection, case II.
"""

import numpy as np
from scipy import optimize, stats

from scoring.formula.arrays import check_share
from scoring.formula.errors import ValueRangeError


def taylor_russell(validity: float, base_rate: float, selection_ratio: float) -> float:
    """Share of the chosen who succeed, when score and success are normal with correlation `validity`.

    base_rate: share who would succeed if everybody were taken; selection_ratio: share of the applicants taken, the best
    scores first. Both between 0 and 1; validity from -1 to 1.
    """
    if not -1.0 <= validity <= 1.0:
        raise ValueRangeError(name="validity", rule="between -1 and 1", value=validity)
    x = float(stats.norm.isf(check_share("selection_ratio", selection_ratio)))
    y = float(stats.norm.isf(check_share("base_rate", base_rate)))
    if abs(validity) == 1.0:
        both = min(selection_ratio, base_rate) if validity > 0 else max(0.0, selection_ratio + base_rate - 1.0)
    else:
        both = float(stats.multivariate_normal.cdf([-x, -y], cov=[[1.0, validity], [validity, 1.0]]))
    return both / selection_ratio


def validity_needed(success: float, base_rate: float, selection_ratio: float) -> float:
    """The validity at which the share `success` of the chosen succeeds; nan where none does it."""
    wanted = check_share("success", success)

    def gap(validity: float) -> float:
        return taylor_russell(validity, base_rate, selection_ratio) - wanted

    if gap(-1.0) > 0.0 or gap(1.0) < 0.0:
        return float("nan")
    return float(optimize.brentq(gap, -1.0, 1.0, xtol=1e-10))


def unrestricted_validity(correlation: float, sd_ratio: float) -> float:
    """Correct a correlation among the selected for direct range restriction: r u / sqrt(1 - r^2 + r^2 u^2).

    sd_ratio: u, standard deviation of the score among all applicants / among the selected, above 0.
    """
    if not -1.0 <= correlation <= 1.0:
        raise ValueRangeError(name="correlation", rule="between -1 and 1", value=correlation)
    if sd_ratio <= 0.0:
        raise ValueRangeError(name="sd_ratio", rule="above 0", value=sd_ratio)
    stretched = correlation * sd_ratio
    return float(stretched / np.sqrt(1.0 - correlation**2 + stretched**2))
