"""Agreement of raters: published examples to the printed digit, and what must hold whoever rates."""

import numpy as np
import pytest

from scoring.formula import (
    EmptyInputError,
    NotIdentifiedError,
    ShapeError,
    UnknownOptionError,
    ValueRangeError,
    intraclass_correlations,
    mean_with_error,
    nearness,
    weighted_kappa,
)
from tests.scoring.formula.published import published, rows

# Cohen (1968), p. 215; and the agreement weights of Fleiss, Cohen & Everitt (1969), p. 326.
SYMMETRIC = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])
ASYMMETRIC = np.array([[0, 1, 4], [1, 0, 6], [2, 2, 0]])
FLEISS = np.array([[1, 0, 0.4444], [0, 1, 0.6667], [0.4444, 0.6667, 1]])


def counts(name: str) -> np.ndarray:
    table = rows("cohen_weighted_kappa").query("table == @name")
    return table.pivot_table(index="rater1", columns="rater2", values="count").to_numpy()


def ratings() -> np.ndarray:
    return rows("shrout_fleiss_icc").pivot_table(index="target", columns="judge", values="rating").to_numpy()


def test_shrout_and_fleiss_six_targets_four_judges() -> None:
    table, found = published("shrout_fleiss_icc"), intraclass_correlations(ratings())
    shown = {"BMS": found.between, "WMS": found.within, "JMS": found.judges, "EMS": found.residual}
    for model in (1, 2, 3):
        for name, one in (
            (f"ICC({model},1)", getattr(found, f"single_{model}")),
            (f"ICC({model},4)", getattr(found, f"mean_{model}")),
        ):
            shown |= {name: one.value, f"{name}_lower95": one.low, f"{name}_upper95": one.high}
    assert set(shown) == table.quantities()
    for quantity, value in shown.items():
        table.check(quantity, "", value)


def test_two_radiologists() -> None:
    table, seen = published("cohen_weighted_kappa"), counts("radiologists")
    for name, suffix in (("exact", ""), ("linear", "_linear")):
        found = weighted_kappa(seen, name)
        table.check(f"kappa{suffix}", "radiologists", found.value)
        table.check(f"observed_agreement{suffix}", "radiologists", found.observed)
        table.check(f"expected_agreement{suffix}", "radiologists", found.expected)
        table.check(f"se_null{suffix}", "radiologists", found.se_null)
        table.check(f"z{suffix}", "radiologists", found.z)
    table.check("kappa_quadratic", "radiologists", weighted_kappa(seen).value)


def test_cohens_own_weights() -> None:
    table, seen = published("cohen_weighted_kappa"), counts("cohen1968")
    table.check("kappa", "cohen1968", weighted_kappa(seen, "exact").value)
    for name, apart in (("disagreement", SYMMETRIC), ("asymmetric", ASYMMETRIC)):
        quantity = (
            "weighted_kappa_disagreement_weights" if name == "disagreement" else "weighted_kappa_asymmetric_weights"
        )
        table.check(quantity, "cohen1968", weighted_kappa(seen, 1 - apart / apart.max()).value)


def test_fleiss_cohen_and_everitt_with_intervals() -> None:
    table, seen = published("cohen_weighted_kappa"), counts("fleiss_cohen_everitt")
    for name, found in (("", weighted_kappa(seen, "exact")), ("w", weighted_kappa(seen, FLEISS))):
        table.check("weighted_kappa" if name else "kappa", "fleiss_cohen_everitt", found.value)
        table.check(f"{name}kappa_lower95", "fleiss_cohen_everitt", found.low)
        table.check(f"{name}kappa_upper95", "fleiss_cohen_everitt", found.high)


def test_whole_agreement_is_one() -> None:
    assert weighted_kappa(np.diag([3, 4, 5])).value == pytest.approx(1)
    found = intraclass_correlations([[1, 1], [2, 2], [4, 4]])
    assert (found.single_1.value, found.single_2.value, found.single_3.value) == (1, 1, 1)


def test_kappa_does_not_care_who_is_called_first() -> None:
    seen = counts("radiologists")
    assert weighted_kappa(seen).value == pytest.approx(weighted_kappa(seen.T).value)


def test_icc_does_not_care_for_units_or_order() -> None:
    found, other = intraclass_correlations(ratings()), intraclass_correlations(ratings()[::-1] * 10 + 3)
    assert found.single_2.value == pytest.approx(other.single_2.value)
    assert found.mean_1.low == pytest.approx(other.mean_1.low)


def test_a_severe_judge_lowers_absolute_agreement_only() -> None:
    severe = ratings() - np.array([0, 0, 0, 5])
    before, after = intraclass_correlations(ratings()), intraclass_correlations(severe)
    assert after.single_3.value == pytest.approx(before.single_3.value)
    assert after.single_2.value != pytest.approx(before.single_2.value)


def test_nearness_counts_every_pair() -> None:
    found = nearness([[3, 3, 4], [1, 3], [2]])
    assert (found.pairs, found.exact, found.adjacent) == (4, 0.25, 0.75)


def test_a_mean_of_few_has_an_error_even_when_they_agree() -> None:
    mean, error = mean_with_error([2 / 3, 2 / 3], usual_spread=0.2)
    assert mean == pytest.approx(2 / 3)
    assert error == pytest.approx(0.2 * (2 / 3) ** 0.5 / 2**0.5)
    assert mean_with_error([0.0, 1.0], usual_spread=0.2)[1] > error > mean_with_error([0.5] * 3, usual_spread=0.2)[1]


@pytest.mark.parametrize(
    ("wrong", "call"),
    [
        (ShapeError, lambda: weighted_kappa([[1, 2]])),
        (ShapeError, lambda: weighted_kappa(np.eye(3), np.eye(2))),
        (ValueRangeError, lambda: weighted_kappa([[1, -1], [0, 1]])),
        (EmptyInputError, lambda: weighted_kappa(np.zeros((2, 2)))),
        (UnknownOptionError, lambda: weighted_kappa(np.eye(2), "cubic")),
        (NotIdentifiedError, lambda: weighted_kappa([[5, 0], [0, 0]])),
        (ShapeError, lambda: intraclass_correlations([[1, 2, 3]])),
        (ValueRangeError, lambda: intraclass_correlations([[1, 2], [3, float("nan")]])),
        (NotIdentifiedError, lambda: intraclass_correlations([[2, 2], [2, 2]])),
        (EmptyInputError, lambda: nearness([[1], [2]])),
        (EmptyInputError, lambda: mean_with_error([], usual_spread=0.2)),
    ],
)
def test_what_cannot_be_told_is_refused(wrong: type[Exception], call: object) -> None:
    with pytest.raises(wrong):
        call()  # type: ignore[operator]
