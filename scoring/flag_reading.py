"""A published batch as the detection of `scoring.formula.integrity` reads it: in pieces, never whole."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat

from scoring.batch_reading import WRITTEN, by_agent, days, instants, slices
from scoring.batch_rows import held_by, ratings_of
from scoring.cell_reading import next_month
from scoring.formula.integrity import plain_text
from scoring.intake.profiles import INSTRUMENTS
from scoring.models import Batch, CellSum, IntegrityFlag, Rating, RatingDispute
from scoring.models.batches import BatchState
from scoring.models.disputes import DisputeState
from scoring.models.flags import FlagCode
from scoring.recount import counting

HISTORY = timedelta(days=90)
# Ratings of one piece, more only when one agent alone has more: memory is bounded by it.
AT_ONCE = 50_000
# Agents whose sums are added up in one short read.
AGENTS = 50
PIECE = 5000
# An earlier file has reported a month for good when it came this long after the month's end.
SETTLED = timedelta(days=31)


@dataclass(frozen=True)
class Piece:
    """Some agents' ratings: those of the batch and the months before. `comments`: how many of the batch's have text."""

    ratings: pd.DataFrame
    texts: pd.DataFrame
    comments: dict[int, int]


def pieces(batch: Batch) -> Iterator[Piece]:
    """Read the batch agent by agent, with their own ratings of the time before."""
    rows = ratings_of(batch.pk)
    first = min(days(rows)) - HISTORY
    near = counting(Rating.objects.filter(rated_at__gte=midnight(first), value__isnull=False))
    for some in _groups(_at_most(by_agent(rows), first)):
        yield _piece(near, some, batch)


def _at_most(agents: Iterable[int], first: date) -> dict[int, int]:
    """How many ratings these agents have since the month of a day, answered or not, told without counting them."""
    sums, wanted = CellSum.objects.filter(month__gte=first.replace(day=1)), sorted(agents)
    counts: dict[int, int] = {}
    for start in range(0, len(wanted), AGENTS):
        some = sums.filter(agent__in=wanted[start : start + AGENTS])
        counts.update(some.order_by().values_list("agent_id").annotate(count=Sum("offered")))
    return counts


def _groups(counts: dict[int, int]) -> Iterator[list[int]]:
    """Put agents together while their ratings stay few enough."""
    some: list[int] = []
    room = AT_ONCE
    for agent, count in sorted(counts.items()):
        if some and count > room:
            yield some
            some, room = [], AT_ONCE
        some.append(agent)
        room -= count
    if some:
        yield some


def _piece(near: QuerySet[Rating], agents: Sequence[int], batch: Batch) -> Piece:
    columns = ["agent", "at", "instrument", "value", "text", "batch"]
    read = near.order_by().values_list("agent_id", WRITTEN, "instrument", "value", "comment", "batch_id")
    # One agent at a time is a short read.
    rows = chain.from_iterable(read.filter(agent=agent) for agent in agents)
    frame = pd.DataFrame(list(rows), columns=columns)
    best = {name: float(high) for name, (_low, high) in INSTRUMENTS.items()}
    frame = frame.assign(
        at=instants(frame["at"].tolist()),
        top=frame["value"] == frame["instrument"].map(best),
        new=frame["batch"] == batch.pk,
    )
    texts = frame.loc[frame["new"] & (frame["text"] != ""), ["agent", "text"]]
    comments = dict(Counter(texts["agent"].tolist()))
    return Piece(frame[["agent", "at", "top", "new"]], texts, comments)


def midnight(day: date) -> datetime:
    """The instant at which a local day begins."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(settings.TIME_ZONE))


def offers(batch: Batch) -> pd.DataFrame:
    """Surveys of the batch, offered and answered, by agent and kind of work."""
    cell = Concat(F("instrument"), Value("/"), F("channel"), Value("/"), F("topic"))
    numbers: dict[str, int] = {}
    gathered, fresh = [_offered([])], 0
    for part in slices(ratings_of(batch.pk)):
        rows = part.annotate(cell=cell).order_by().values_list("agent_id", "cell")
        found = rows.annotate(offered=Count("pk"), answered=Count("pk", filter=Q(value__isnull=False)))
        gathered.append(
            _offered([(agent, numbers.setdefault(name, len(numbers)), *sums) for agent, name, *sums in found])
        )
        fresh += len(gathered[-1])
        if fresh > max(AT_ONCE, len(gathered[0])):
            gathered, fresh = [_together(gathered)], 0
    names = np.array(list(numbers), dtype=object)
    return _together(gathered).assign(cell=lambda frame: names[frame["cell"]])


def _offered(rows: list[tuple[int, ...]]) -> pd.DataFrame:
    return pd.DataFrame(np.array(rows, dtype=np.int64).reshape(-1, 4), columns=["agent", "cell", "offered", "answered"])


def _together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames).groupby(["agent", "cell"], as_index=False)[["offered", "answered"]].sum()


def chat_numbers(batch: Batch) -> Iterator[str]:
    """The numbers of the batch's chats, as the source wrote them."""
    parts = slices(ratings_of(batch.pk))
    return chain.from_iterable(part.order_by().values_list("chat_id", flat=True) for part in parts)


def reported(batch: Batch) -> dict[date, int]:
    """Ratings by month that earlier files of the same source had reported when the month was long over."""
    earlier = Batch.objects.filter(
        kind=batch.kind, profile=batch.profile, state=BatchState.PUBLISHED, published_at__lt=batch.published_at
    )
    found: dict[date, int] = {}
    for one in earlier.only("understanding", "published_at"):
        assert one.published_at is not None
        for text, count in one.understanding.get("coverage", {}).items():
            month = date.fromisoformat(text)
            if next_month(month) + SETTLED <= one.published_at.date():
                found[month] = found.get(month, 0) + count
    return found


def disputed_before(batch: Batch) -> dict[int, int]:
    """Ratings of the batch whose like in an earlier batch was disputed with success, by agent."""
    return by_agent(Rating.objects.filter(_like_the_upheld(batch.pk)))


def _like_the_upheld(batch: int) -> Q:
    upheld: Any = RatingDispute.objects.filter(state=DisputeState.UPHELD).exclude(rating__batch=batch)
    return held_by(batch) & Q(key__in=upheld.values("rating_key"))


def flagged(flags: Iterable[IntegrityFlag]) -> QuerySet[Rating]:
    """The ratings that flags about agents point at, as far as they still count."""
    rows = Q(pk__in=[])
    for flag in flags:
        if flag.agent_id is not None and flag.code in _ROWS:
            rows |= Q(agent=flag.agent_id) & _ROWS[FlagCode(flag.code)](flag)
    return counting(Rating.objects.filter(rows))


def _in_burst(flag: IntegrityFlag) -> Q:
    best = Q(pk__in=[])
    for name, (_low, high) in INSTRUMENTS.items():
        best |= Q(instrument=name, value=high)
    return best & Q(rated_at__range=[datetime.fromisoformat(flag.detail[name]) for name in ("start", "end")])


def _with_text(flag: IntegrityFlag) -> Q:
    found = ratings_of(flag.batch_id).filter(agent=flag.agent_id).exclude(comment="")
    said = found.values_list("pk", "comment").iterator(PIECE)
    return Q(pk__in=[pk for pk, comment in said if plain_text(comment).startswith(flag.detail["text"])])


def _before(flag: IntegrityFlag) -> Q:
    return held_by(flag.batch_id) & Q(rated_at__date__lt=date.fromisoformat(flag.detail["before"]))


def _of_months(flag: IntegrityFlag) -> Q:
    months = Q(pk__in=[])
    for text in flag.detail["months"]:
        first = date.fromisoformat(text)
        months |= Q(rated_at__date__gte=first, rated_at__date__lt=next_month(first))
    return held_by(flag.batch_id) & months


# Flags about shares and about whole files point at no single rating.
_ROWS: dict[FlagCode, Callable[[IntegrityFlag], Q]] = {
    FlagCode.BURST: _in_burst,
    FlagCode.IDENTICAL_TEXTS: _with_text,
    FlagCode.BACKDATED: _before,
    FlagCode.CLOSED_PERIOD: _of_months,
    FlagCode.DISPUTED_BEFORE: lambda flag: _like_the_upheld(flag.batch_id),
}
