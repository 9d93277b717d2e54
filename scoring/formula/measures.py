"""Measures: what is believed about every agent on one criterion, ready for a composite (methods A4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from scoring.formula.arrays import BoolArray, FloatArray, Numbers, as_floats, as_nonnegative
from scoring.formula.errors import EmptyInputError, ShapeError
from scoring.formula.shrinkage import Posterior, normal_tail

CRITERIA = (
    "customer_rating", "knowledge_test", "test_task", "viral_chats", "tenure", "technical_support", "involvement",
    "culture", "efficiency",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Measure:
    """One criterion of p agents; arrays of shape (p,), in the criterion's own unit, higher is better.

    mean: estimated true value; sd: its standard deviation (0 for facts); common: standard deviation of an error that
    all agents share (it cancels in comparisons, but counts for gates); known: False where there is no evidence - mean
    and sd are then those of an unknown agent (`prior_mean`, `prior_sd`), never zero; reliability: 0 to 1; count:
    pieces of evidence. Build one with `fact`, `measured` or `from_posterior`.
    """

    name: str
    mean: FloatArray
    sd: FloatArray
    common: FloatArray
    known: BoolArray
    prior_mean: float
    prior_sd: float
    reliability: FloatArray
    count: FloatArray
    posterior: Posterior | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        return int(self.mean.size)

    @property
    def is_fact(self) -> bool:
        """Known exactly wherever it is known."""
        return bool((self.sd[self.known] == 0).all())

    @property
    def reference(self) -> tuple[float, float]:
        """Mean and standard deviation of true values in the reference group (agents with evidence).

        The variance is that of the shrunken values plus the average posterior variance, so a criterion measured badly
        is not blown up to look as informative as one measured well. (0, 0) when nobody has evidence.
        """
        if not self.known.any():
            return self.prior_mean, 0.0
        values, sds = self.mean[self.known], self.sd[self.known]
        variance = float(values.var() + (sds**2).mean())
        scale = max(1.0, float(np.abs(values).max()))
        return float(values.mean()), variance**0.5 if variance > (1e-12 * scale) ** 2 else 0.0

    def z(self, values: FloatArray | None = None) -> FloatArray:
        """Values (by default the estimates) in standard deviations of the reference group; 0 when it has no spread."""
        centre, spread = self.reference
        given = self.mean if values is None else values
        return (given - centre) / spread if spread else np.zeros_like(given)

    def probability(self, at_least: float | None, at_most: float | None) -> FloatArray:
        """P(at_least <= true value <= at_most), exact for facts."""
        total = np.hypot(self.sd, self.common)
        above = np.ones(self.size) if at_least is None else normal_tail(self.mean, total, at_least)
        if at_most is None:
            return above
        return np.maximum(above + normal_tail(-self.mean, total, -at_most) - 1.0, 0.0)

    def draws(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Joint draws of true values, shape (size, p); agents without evidence are drawn from the prior."""
        if self.posterior is not None and self.known.all():
            return self.posterior.draws(rng, size)
        shared = rng.standard_normal((size, 1)) * self.common
        return self.mean + shared + rng.standard_normal((size, self.size)) * self.sd

    def take(self, order: Sequence[int] | np.ndarray) -> "Measure":
        """The same measure for the agents at `order` (the joint posterior is replaced by its normal form)."""
        arrays = {
            name: getattr(self, name)[order] for name in ("mean", "sd", "common", "known", "reliability", "count")
        }
        return replace(self, posterior=None, **arrays)


def fact(name: str, values: Numbers) -> Measure:
    """A criterion known exactly: tenure in months, a certificate (1 or 0), viral chats counted. nan means not known."""
    array = np.asarray(values, dtype=np.float64).ravel()
    return measured(name, array, np.zeros(array.size))


def measured(
    name: str,
    mean: Numbers,
    sd: Numbers,
    *,
    prior: tuple[float, float] | None = None,
    reliability: Numbers | None = None,
    count: Numbers | None = None,
) -> Measure:
    """A criterion with a standard error: mean and sd of shape (p,), nan in `mean` where there is no evidence.

    `mean` and `sd` are what is believed of the true value: shrink raw scores first (`estimate`, then `from_posterior`).

    prior: mean and standard deviation of the true value of an agent without evidence; by default those of the agents
    that have some. reliability: by default 1 - sd^2 / variance of true values.
    """
    centre = np.asarray(mean, dtype=np.float64).ravel()
    if not centre.size:
        raise EmptyInputError(name=name)
    known = ~np.isnan(centre)
    spread = np.nan_to_num(np.broadcast_to(np.asarray(sd, dtype=np.float64), centre.shape))
    as_nonnegative(f"sd of {name}", spread)
    middle, width = prior if prior is not None else _from_known(centre[known], spread[known])
    filled, filled_sd = np.where(known, centre, middle), np.where(known, spread, width)
    as_floats(name, filled)
    own = (
        _reliability(filled_sd, known, width)
        if reliability is None
        else as_floats("reliability", reliability, size=centre.size)
    )
    pieces = known.astype(float) if count is None else as_nonnegative("count", count, size=centre.size)
    return Measure(
        name, filled, filled_sd, np.zeros(centre.size), known, middle, width, np.where(known, own, 0.0), pieces
    )


def _from_known(values: FloatArray, sds: FloatArray) -> tuple[float, float]:
    if not values.size:
        return 0.0, 0.0
    return float(values.mean()), float(np.sqrt(values.var() + (sds**2).mean()))


def _reliability(sd: FloatArray, known: BoolArray, width: float) -> FloatArray:
    share = np.maximum(1.0 - sd**2 / width**2, 0.0) if width > 0 else np.where(sd == 0, 1.0, 0.0)
    return np.asarray(np.where(known, share, 0.0))


def from_posterior(
    name: str, posterior: Posterior, *, rows: Sequence[int] | np.ndarray | None = None, size: int | None = None,
    count: Numbers | None = None,
) -> Measure:  # fmt: skip
    """A criterion from `estimate`, `shrink` or `integrate`.

    rows: position of each posterior entry among the `size` agents of the composite; agents that are not named have no
    evidence and get the prior of the posterior. By default the posterior covers all agents in order. count: pieces of
    evidence of each posterior entry.
    """
    k = posterior.mean.size
    at = np.arange(k) if rows is None else np.asarray(rows, dtype=np.int64)
    total = k if size is None else size
    if at.size != k or (at.size and int(at.max()) >= total):
        raise ShapeError(name=f"rows of {name}", got=at.size, expected=k)
    known = np.zeros(total, dtype=bool)
    known[at] = True
    pieces = as_nonnegative("count", count, size=k) if count is not None else np.ones(k)
    return Measure(
        name=name,
        mean=_placed(posterior.mean, at, total, posterior.prior_mean),
        sd=_placed(posterior.own_sd, at, total, posterior.prior_sd),
        common=_placed(posterior.common, at, total, 0.0),
        known=known,
        prior_mean=posterior.prior_mean,
        prior_sd=posterior.prior_sd,
        reliability=_placed(posterior.reliability, at, total, 0.0),
        count=_placed(pieces, at, total, 0.0),
        posterior=posterior if np.array_equal(at, np.arange(total)) else None,
    )


def _placed(values: FloatArray, at: np.ndarray, size: int, default: float) -> FloatArray:
    whole = np.full(size, default, dtype=np.float64)
    whole[at] = values
    return whole
