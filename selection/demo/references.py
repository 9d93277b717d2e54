"""The references of the demo: three people are asked about a candidate, and some of them have answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fixtures import cast
from scoring.models import Agent
from scoring.queries import assignment_on
from selection.demo.observations import HARDLY_KNOWN, OBSERVED
from selection.demo.people import user_of
from selection.demo.stagehand import Stagehand
from selection.models import Candidate, Reference
from selection.referees import eligible_colleagues
from selection.references import COLLEAGUES, Seen, ask, decline, hand_in, replace

AN_HOUR = timedelta(hours=1)
LENT = 3


@dataclass(frozen=True, kw_only=True)
class Given:
    """What one referee gives: a level on each scale."""

    involvement: int
    culture: int


# What each of the three does, the line manager first: answers, declines (and somebody else is asked), or waits.
DECLINES = "declines"
Reply = Given | str | None


def gather(hand: Stagehand, candidate: Candidate, replies: Sequence[Reply], at: datetime) -> None:
    """Ask about a candidate, and have the referees reply as they do. Ania is asked last about her team, and waits."""
    lent = _lend_logins(hand, candidate, at)
    known = eligible_colleagues(candidate, day=at.date())
    ania = [one for one in known if one.staff_number == cast.ANIA and replies[-1] is None]
    named = [*[one for one in known if one in lent][: COLLEAGUES - len(ania)], *ania]
    asked = ask(candidate=candidate, colleagues=named, actor=hand.users["hanna"], at=at, rng=hand.rng)
    for number, (reference, reply) in enumerate(zip(asked, replies, strict=True), start=1):
        _reply(hand, reference, reply, number, at + number * AN_HOUR)


def _reply(hand: Stagehand, reference: Reference, reply: Reply, number: int, at: datetime) -> None:
    if isinstance(reply, Given):
        hand_in(reference=reference, seen=_seen(reference, reply, number), actor=user_of(reference.referee), at=at)
    elif reply == DECLINES:
        gone = decline(reference=reference, reason=HARDLY_KNOWN, actor=user_of(reference.referee), at=at)
        replace(reference=gone, actor=hand.users["hanna"], at=at + AN_HOUR, rng=hand.rng)


def _seen(reference: Reference, given: Given, number: int) -> dict[str, Seen]:
    levels = {"involvement": given.involvement, "culture": given.culture}
    return {scale: Seen(level=level, text=_case(scale, level, reference, number)) for scale, level in levels.items()}


def _case(scale: str, level: int, reference: Reference, number: int) -> str:
    """A case of that level; referees of one candidate tell different ones where there are enough."""
    cases = OBSERVED[scale][level]
    return cases[(reference.candidate_id + number) % len(cases)]


def _lend_logins(hand: Stagehand, candidate: Candidate, at: datetime) -> list[Agent]:
    """A few of the candidate's team who are no candidates themselves, each with a login."""
    seat = assignment_on(candidate.agent, at.date())
    assert seat is not None
    beside = Agent.objects.filter(assignments__team=seat.team, assignments__ends_on=None, candidacies=None)
    able = beside.filter(employments__left_on=None, reports=None).exclude(staff_number__in=(cast.ANIA, cast.BORIS))
    lent = hand.rng.sample(list(able.distinct().order_by("pk")), LENT)
    for one in lent:
        user_of(one)
    return lent
