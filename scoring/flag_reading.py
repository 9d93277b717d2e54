"""A published batch as the detection of `scoring.formula.integrity` reads it: in pieces, never whole."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet, Value
from django.db.models.functions import Concat, TruncDate

from scoring.intake.profiles import INSTRUMENTS
from scoring.models import Batch, Rating, RatingDispute
from scoring.models.batches import BatchState
from scoring.models.disputes import DisputeState
from scoring.recount import counting

HISTORY = timedelta(days=90)
# Ratings of one piece, more only when one agent alone has more: memory is bounded by it.
AT_ONCE = 50_000
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
    rows = Rating.objects.filter(batch=batch)
    first = rows.aggregate(first=Min("rated_at"))["first"]
    near = counting(Rating.objects.filter(rated_at__gte=first - HISTORY, value__isnull=False))
    agents = set(rows.order_by().values_list("agent_id", flat=True).distinct())
    for some in _groups({agent: count for agent, count in by_agent(near).items() if agent in agents}):
        yield _piece(near.filter(agent__in=some), batch)


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


def _piece(rows: QuerySet[Rating], batch: Batch) -> Piece:
    columns = ["agent", "at", "instrument", "value", "text", "batch"]
    read = rows.values_list("agent_id", "rated_at", "instrument", "value", "comment", "batch_id").order_by()
    frame = pd.DataFrame(list(read.iterator(PIECE)), columns=columns)
    best = {name: float(high) for name, (_low, high) in INSTRUMENTS.items()}
    frame = frame.assign(
        at=pd.to_datetime(frame["at"], utc=True).dt.tz_localize(None),
        top=frame["value"] == frame["instrument"].map(best),
        new=frame["batch"] == batch.pk,
    )
    texts = frame.loc[frame["new"] & (frame["text"] != ""), ["agent", "text"]]
    comments = dict(Counter(texts["agent"].tolist()))
    return Piece(frame[["agent", "at", "top", "new"]], texts, comments)


def by_day(batch: Batch) -> dict[date, int]:
    """Ratings of the batch by local day, in order."""
    local = TruncDate("rated_at", tzinfo=ZoneInfo(settings.TIME_ZONE))
    rows = Rating.objects.filter(batch=batch).annotate(day=local).order_by("day")
    return dict(rows.values_list("day").annotate(count=Count("pk")))


def by_agent(rows: QuerySet[Rating]) -> dict[int, int]:
    """How many of these ratings each agent has."""
    return dict(rows.order_by().values_list("agent_id").annotate(count=Count("pk")))


def offers(batch: Batch) -> pd.DataFrame:
    """Surveys of the batch, offered and answered, by agent and kind of work."""
    cell = Concat(F("instrument"), Value("/"), F("channel"), Value("/"), F("topic"))
    rows = Rating.objects.filter(batch=batch).annotate(cell=cell).order_by().values_list("agent_id", "cell")
    counted = rows.annotate(offered=Count("pk"), answered=Count("pk", filter=Q(value__isnull=False)))
    return pd.DataFrame(list(counted), columns=["agent", "cell", "offered", "answered"])


def chat_numbers(batch: Batch) -> Iterator[str]:
    """The numbers of the batch's chats, as the source wrote them."""
    return Rating.objects.filter(batch=batch).order_by().values_list("chat_id", flat=True).iterator(PIECE)


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
            if _end(month) + SETTLED <= one.published_at.date():
                found[month] = found.get(month, 0) + count
    return found


def _end(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def disputed_before(batch: Batch) -> dict[int, int]:
    """Ratings of the batch whose like in an earlier batch was disputed with success, by agent."""
    upheld: Any = RatingDispute.objects.filter(state=DisputeState.UPHELD).exclude(rating__batch=batch)
    return by_agent(Rating.objects.filter(batch=batch, key__in=upheld.values("rating_key")))
