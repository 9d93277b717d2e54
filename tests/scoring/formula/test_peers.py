"""Further published data, through the public functions alone, against R: lme4, metafor, and likelihoods written out."""

import numpy as np
import pandas as pd
import pytest

from scoring.formula import (
    NotIdentifiedError,
    ValueRangeError,
    between_variance,
    fit_beta_binomial,
    fit_crossed_effects,
    fit_gamma_poisson,
    fit_random_intercept,
    integrate_beta_binomial,
    intercept_statistics,
    interval_ranks,
    james_stein,
    kendall_tau,
    one_way_random_effects,
    pooled_mean,
    rank_confidence,
    shrink,
    taylor_russell,
    unrestricted_validity,
    validity_needed,
)
from tests.scoring.formula.published import Published, published, rows

METHODS = {"DL": "dersimonian_laird", "PM": "paule_mandel", "REML": "reml", "ML": "ml", "HE": "hedges"}


def check_fixed(table: Published, method: str, fixed: pd.Series, errors: pd.Series, names: dict[str, str]) -> None:
    for name, estimate in fixed.items():
        key = f"{method} {names[str(name)]}"
        table.check("fixed", key, estimate)
        table.check("fixed_se", key, errors[name])


def test_batches_that_do_not_differ() -> None:
    table, yields = published("lme4_dyestuff2"), rows("lme4_dyestuff2")
    for method in ("REML", "ML"):
        fit = one_way_random_effects(yields["Yield"], yields["Batch"], method=method.lower())
        assert fit.variance_between == 0.0
        table.check("variance", f"{method} Batch", fit.variance_between)
        table.check("variance", f"{method} Residual", fit.variance_residual)
        table.check("criterion", method, fit.criterion)
        check_fixed(table, method, fit.fixed["estimate"], fit.fixed["se"], {"(intercept)": "(Intercept)"})
        for batch, row in fit.agents.iterrows():
            table.check("effect_Batch", f"{method} {batch}", row["blup"])
    table.complete()


def test_reaction_times_after_nights_without_sleep() -> None:
    table, seen = published("lme4_sleepstudy"), rows("lme4_sleepstudy")
    statistics = intercept_statistics(seen["Reaction"], seen["Subject"], seen[["Days"]])
    for method in ("REML", "ML"):
        fit = fit_random_intercept(statistics, method=method.lower())
        table.check("variance", f"{method} Subject", fit.variance_between)
        table.check("variance", f"{method} Residual", fit.variance_residual)
        table.check("criterion", method, fit.criterion)
        names = {"(intercept)": "(Intercept)", "Days": "Days"}
        check_fixed(table, method, fit.fixed["estimate"], fit.fixed["se"], names)
        for subject, row in fit.agents.iterrows():
            table.check("effect_Subject", f"{method} {subject}", row["blup"])
    table.complete()


@pytest.mark.parametrize(
    ("name", "value", "factors"),
    [("lme4_penicillin", "diameter", ["plate", "sample"]), ("lme4_pastes", "strength", ["batch", "sample"])],
)
def test_crossed_and_nested_effects(name: str, value: str, factors: list[str]) -> None:
    table, seen = published(name), rows(name)
    for method in ("REML", "ML"):
        fit = fit_crossed_effects(seen[value], seen[factors], method=method.lower())
        for factor in factors:
            table.check("variance", f"{method} {factor}", fit.variances[factor])
            for level, effect in fit.effects[factor].items():
                table.check(f"effect_{factor}", f"{method} {level}", effect)
        table.check("variance", f"{method} Residual", fit.variance_residual)
        table.check("criterion", method, -2 * fit.log_likelihood)
        check_fixed(table, method, fit.fixed, fit.fixed_se, {"(intercept)": "(Intercept)"})
    table.complete()


def test_studies_of_passive_smoking() -> None:
    table, studies = published("passive_smoking"), rows("passive_smoking")
    y, v = studies["y"], studies["v"]
    for name, method in METHODS.items():
        tau2 = between_variance(y, v, method=method)
        pooled = pooled_mean(y, v, tau2=tau2)
        for quantity, value in (("tau2", tau2), ("mean", pooled.mean), ("mean_se", pooled.se)):
            table.check(quantity, name, value)
        shrunken = shrink(y, v, method=method)
        for study, mean, sd in zip(studies["study"], shrunken.mean, shrunken.sd, strict=True):
            if name in ("REML", "PM"):
                table.check("blup", f"{name} {study}", mean)
                table.check("blup_se", f"{name} {study}", sd)
    equal = pooled_mean(y, v)
    for quantity, value in (("Q", equal.q), ("Q_p", equal.p), ("I2", equal.i2)):
        table.check(quantity, "", value)
    table.check("fixed_mean", "", equal.mean)
    table.check("fixed_se", "", equal.se)
    table.complete()


def test_tumours_in_rats() -> None:
    table, seen = published("rat_tumours"), rows("rat_tumours")
    plugged = fit_beta_binomial(seen["tumours"], seen["rats"])
    table.check("ml_alpha", "", plugged.alpha)
    table.check("ml_beta", "", plugged.beta)
    table.check("log_likelihood", "", plugged.log_likelihood)
    posterior = integrate_beta_binomial(seen["tumours"], seen["rats"])
    table.check("expected_alpha", "", posterior.expected_alpha)
    table.check("expected_beta", "", posterior.expected_beta)
    low, high = posterior.interval()
    for at in (0, 36, 70):
        table.check("mean", at, posterior.mean[at])
        table.check("sd", at, posterior.sd[at])
        table.check("low", at, low[at])
        table.check("high", at, high[at])
    table.complete()
    draws = posterior.draws(np.random.default_rng(3), 20_000)
    assert draws.mean(axis=0) == pytest.approx(posterior.mean, abs=0.003)
    assert draws.std(axis=0) == pytest.approx(posterior.sd, abs=0.003)
    assert (posterior.reliability < 1).all()


def test_few_agents_get_wider_rates_than_the_plugged_in_prior_says() -> None:
    ups, votes = [9, 7, 10, 3], [12, 12, 12, 12]
    wide, narrow = integrate_beta_binomial(ups, votes), fit_beta_binomial(ups, votes)
    assert (wide.sd > narrow.posterior_sd(ups, votes)).all()
    assert (np.argsort(wide.mean) == np.argsort(ups)).all()
    with pytest.raises(NotIdentifiedError, match="not all the same"):
        integrate_beta_binomial([0, 0, 0], [5, 5, 5])
    with pytest.raises(ValueRangeError, match="at most the votes"):
        integrate_beta_binomial([1, 9, 2], [5, 5, 5])


def test_failures_of_pumps() -> None:
    table, pumps = published("pump_failures"), rows("pump_failures")
    fit = fit_gamma_poisson(pumps["failures"], pumps["hours"])
    table.check("shape", "", fit.shape)
    table.check("rate", "", fit.rate)
    table.check("log_likelihood", "", fit.log_likelihood)
    low, high = fit.interval(pumps["failures"], pumps["hours"])
    for at, mean in enumerate(fit.posterior_mean(pumps["failures"], pumps["hours"])):
        table.check("mean", at, mean)
        table.check("low", at, low[at])
        table.check("high", at, high[at])
    table.complete()


def test_the_doubt_of_james_and_stein_is_morriss() -> None:
    # Equations 1.16 and 1.17 of Morris (1983), worked by hand: S = 50, so B = 2 * 5 / 50 and v = 2 / 2 * B^2.
    found = james_stein([-5.0, 0.0, 0.0, 0.0, 5.0], 5.0)
    assert (found.target, found.factor) == pytest.approx((0.0, 0.8))
    assert found.estimate == pytest.approx([-4.0, 0.0, 0.0, 0.0, 4.0])
    inner, outer = 5 * (1 - 0.8 * 0.2), 5 * (1 - 0.8 * 0.2) + 0.04 * 25
    assert found.sd**2 == pytest.approx([outer, inner, inner, inner, outer])
    assert james_stein([-5.0, 0.0, 0.0, 5.0], 5.0, target=0.0).sd[1] ** 2 == pytest.approx(5 * (1 - 2 * 5 / 50))


def test_ranks_read_off_intervals() -> None:
    # Half widths of 3.19 (Bonferroni, 7 intervals at 99 %) by hand: who lies wholly above or below whom.
    x, se = [10.0, 9.0, 7.0, 3.0, 3.0, -2.0, -9.0], 1.0
    sets = interval_ranks(x, np.full(7, se), level=0.99, correction="bonferroni")
    assert sets.rank.tolist() == [1, 2, 3, 4, 4, 6, 7]
    assert sets.lower.tolist() == [1, 1, 1, 2, 2, 4, 7]
    assert sets.upper.tolist() == [3, 5, 5, 6, 6, 6, 7]
    narrower = interval_ranks(x, np.full(7, se), level=0.99)
    assert (narrower.lower >= sets.lower).all()
    assert (narrower.upper <= sets.upper).all()
    pairs = rank_confidence(x, np.full(7, se), level=0.99, simultaneous=True, rng=np.random.default_rng(1))
    assert (pairs.lower >= sets.lower).all()
    assert (pairs.upper <= sets.upper).all()


def test_tables_of_taylor_and_russell() -> None:
    # Printed in Taylor & Russell (1939), two digits: validity, base rate, selection ratio, share of successes.
    printed = [(0.50, 0.50, 0.10, 0.84), (0.30, 0.60, 0.20, 0.76), (0.25, 0.50, 0.05, 0.70), (0.0, 0.5, 0.1, 0.5)]
    for validity, base, ratio, share in printed:
        assert taylor_russell(validity, base, ratio) == pytest.approx(share, abs=0.0051)
    assert taylor_russell(1.0, 0.3, 0.6) == pytest.approx(0.5)
    assert taylor_russell(validity_needed(0.72, 0.5, 0.2), 0.5, 0.2) == pytest.approx(0.72, abs=1e-6)
    assert np.isnan(validity_needed(0.9, 0.3, 0.6))
    assert unrestricted_validity(0.3, 1.0) == pytest.approx(0.3)
    assert unrestricted_validity(0.3, 1.5) == pytest.approx(0.45 / np.sqrt(1 - 0.09 + 0.2025))
    with pytest.raises(ValueRangeError, match="above 0"):
        unrestricted_validity(0.3, 0.0)
    with pytest.raises(ValueRangeError, match="between -1 and 1"):
        taylor_russell(1.2, 0.5, 0.5)


def test_kendalls_tau_with_ties() -> None:
    # cor(method = "kendall") of R 4.2.2.
    assert kendall_tau([1, 2, 2, 3, 4, 5, 5, 5], [2, 1, 3, 3, 6, 4, 5, 5]) == pytest.approx(0.600480576769)
