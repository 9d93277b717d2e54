"""Stored ratings in short reads: on SQLite nobody can write while somebody reads, however long that takes."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from scoring.models import Rating

SLICE = 10_000
# Millions of times are read faster as the text that is stored than one by one as Python's own.
WRITTEN = Cast("rated_at", CharField())


def slices(rows: QuerySet[Rating], size: int = 0) -> Iterator[QuerySet[Rating]]:
    """Part ratings into querysets of `size` (0: SLICE) in the order in which they were stored; each is a short read."""
    size, rest = size or SLICE, rows
    while ends := list(rest.order_by("pk").values_list("pk", flat=True)[size - 1 : size]):
        yield Rating.objects.filter(pk__lte=ends[0]) & rest
        # SQLite seeks by the bound that it meets first: if that were the first row of the whole batch, each read would
        # go through all that was read before.
        rest = Rating.objects.filter(pk__gt=ends[0]) & rows
    yield rest


def instants(texts: list[str]) -> pd.DatetimeIndex:
    """Times as WRITTEN gives them: instants in UTC, without saying so."""
    return pd.to_datetime(texts, utc=True, format="ISO8601").tz_localize(None)


def days(rows: QuerySet[Rating]) -> dict[date, int]:
    """How many of these ratings each local day has, in order."""
    found: Counter[Any] = Counter()
    for part in slices(rows):
        moments = instants(list(part.order_by().values_list(WRITTEN, flat=True)))
        local = moments.tz_localize("UTC").tz_convert(settings.TIME_ZONE).tz_localize(None)
        kinds, counts = np.unique(local.to_numpy("datetime64[D]"), return_counts=True)
        found.update(dict(zip(kinds.tolist(), counts.tolist(), strict=True)))
    return dict(sorted(found.items()))


def by_agent(rows: QuerySet[Rating]) -> dict[int, int]:
    """How many of these ratings each agent has."""
    found: Counter[int] = Counter()
    for part in slices(rows):
        found.update(part.order_by().values_list("agent_id", flat=True))
    return dict(found)
