"""How severe: two people on one rubric, unseen by each other, and one rule that makes it one number."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from journal.models import Entry
from scoring.formula.agreement import Nearness
from scoring.incidents import decide_incident, record_incident
from scoring.models import SeverityMark, ViralIncident
from scoring.models.evidence import IncidentState
from scoring.refusals import EvidenceRefused
from scoring.severity import agreement, rate_severity, settled, shown_marks, why_not_rate
from selection.stages import Role
from tests.cast import NOW, Cast, person
from tests.scoring.test_batches import cast
from tests.scoring.test_incidents import REASON, known

__all__ = ["cast"]


@pytest.fixture
def vera(cast: Cast) -> User:
    """A third person in HR."""
    return person("vera", Role.HR)


def begun(cast: Cast, level: int, chat: str = "c-1") -> ViralIncident:
    """Hanna has recorded it and given her mark."""
    return record_incident(incident=replace(known(cast), severity=level, chat_id=chat), actor=cast.hanna, at=NOW)


def rated(incident: ViralIncident, level: int, actor: User) -> ViralIncident:
    """Somebody gives a mark."""
    return rate_severity(incident=incident, level=level, actor=actor, at=NOW)


@pytest.mark.parametrize(
    ("levels", "severity"),
    [
        ([], None),
        ([4], None),
        ([1, 1], 1),
        ([4, 4], 4),
        ([2, 3], 2),  # one apart: the lower, which both reach
        ([3, 2], 2),
        ([1, 3], None),  # further apart: a third person
        ([4, 1], None),
        ([1, 3, 3], 3),  # the middle one
        ([1, 4, 2], 2),
        ([4, 1, 4], 4),
        ([1, 3, 1], 1),
    ],
)
def test_the_rule(levels: list[int], severity: int | None) -> None:
    assert settled(levels) == severity


def test_two_who_agree_settle_it(cast: Cast) -> None:
    made = begun(cast, 3)
    assert made.severity is None
    assert rated(made, 3, cast.pavel).severity == 3
    made.refresh_from_db()
    assert made.severity == 3


def test_two_who_are_far_apart_need_a_third(cast: Cast, vera: User) -> None:
    made = begun(cast, 4)
    assert rated(made, 1, cast.pavel).severity is None
    with pytest.raises(EvidenceRefused, match="Two people say first"):
        decide_incident(incident=made, state=IncidentState.VERIFIED, reason=REASON, actor=cast.pavel, at=NOW)
    assert rated(made, 3, vera).severity == 3


def test_a_mark_is_given_once(cast: Cast, vera: User) -> None:
    made = begun(cast, 4)
    with pytest.raises(EvidenceRefused, match="You have given your mark"):
        rated(made, 2, cast.hanna)
    rated(made, 1, cast.pavel)
    with pytest.raises(EvidenceRefused, match="You have given your mark"):
        rated(made, 4, cast.pavel)
    rated(made, 2, vera)
    assert list(made.severity_marks.values_list("number", "level", "given_by__username")) == [
        (1, 4, "hanna"),
        (2, 1, "pavel"),
        (3, 2, "vera"),
    ]


def test_what_is_settled_or_decided_is_not_marked(cast: Cast, vera: User) -> None:
    made = rated(begun(cast, 2), 2, cast.pavel)
    assert "stands already" in why_not_rate(made, vera)
    other = begun(cast, 2, "c-2")
    assert why_not_rate(other, vera) == ""
    decided = decide_incident(incident=other, state=IncidentState.REJECTED, reason=REASON, actor=cast.pavel, at=NOW)
    assert "decided already" in why_not_rate(decided, vera)


def test_the_agent_does_not_mark_their_own_chat(cast: Cast) -> None:
    with pytest.raises(EvidenceRefused, match="their own chat"):
        rated(begun(cast, 2), 1, cast.ania)


@pytest.mark.parametrize("level", [0, 5, -1])
def test_there_are_four_levels(cast: Cast, level: int) -> None:
    with pytest.raises(EvidenceRefused, match="Choose a level from 1 to 4"):
        rated(begun(cast, 2), level, cast.pavel)
    with pytest.raises(EvidenceRefused, match="Choose a level from 1 to 4"):
        begun(cast, level, "c-2")
    assert not ViralIncident.objects.filter(chat_id="c-2").exists()


def test_the_database_keeps_the_promises_too(cast: Cast) -> None:
    made = begun(cast, 2)

    def add(actor: User, number: int, level: int) -> SeverityMark:
        with transaction.atomic():
            return made.severity_marks.create(given_by=actor, number=number, level=level, given_at=NOW)

    for wrong in ((cast.hanna, 2, 2), (cast.pavel, 1, 2), (cast.pavel, 4, 2), (cast.pavel, 2, 5)):
        with pytest.raises(IntegrityError):
            add(*wrong)
    assert add(cast.pavel, 2, 2).number == 2


# Blind


def test_nobody_reads_a_mark_before_it_is_settled(cast: Cast, vera: User) -> None:
    made = begun(cast, 4)

    def read() -> dict[str, list[int]]:
        made.refresh_from_db()
        people = (cast.hanna, cast.pavel, vera, cast.ada)
        return {one.username: [mark.level for mark in shown_marks(made, one)] for one in people}

    assert read() == {"hanna": [4], "pavel": [], "vera": [], "ada": []}
    rated(made, 1, cast.pavel)
    assert read() == {"hanna": [4], "pavel": [1], "vera": [], "ada": []}
    rated(made, 2, vera)
    assert read() == {one: [4, 1, 2] for one in ("hanna", "pavel", "vera", "ada")}


def test_the_journal_tells_marks_only_when_they_are_settled(cast: Cast) -> None:
    made = begun(cast, 4)
    entries = [(one.verb, one.detail) for one in Entry.objects.order_by("sequence")]
    assert entries == [
        ("record_incident", {"agent": made.agent_id, "sign": "positive"}),
        ("rate_severity", {"mark": 1}),
    ]
    rated(made, 3, cast.pavel)
    later = [(one.verb, one.detail) for one in Entry.objects.order_by("sequence")[2:]]
    assert later == [("rate_severity", {"mark": 2}), ("settle_severity", {"marks": [4, 3], "severity": 3})]


def test_agreement_is_told_of_first_two_marks_of_what_is_settled(cast: Cast, vera: User) -> None:
    assert agreement() is None
    begun(cast, 1, "open")
    assert agreement() is None
    for chat, first, second in (("a", 2, 2), ("b", 2, 3), ("c", 1, 4)):
        rated(begun(cast, first, chat), second, cast.pavel)
    assert agreement() == Nearness(pairs=2, exact=0.5, adjacent=1.0)
    rated(ViralIncident.objects.get(chat_id="c"), 2, vera)
    assert agreement() == Nearness(pairs=3, exact=1 / 3, adjacent=2 / 3)
