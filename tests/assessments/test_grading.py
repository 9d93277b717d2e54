"""Grading: who is drawn, what is refused, how two or three become one result."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from assessments import grading, submissions
from assessments.models import Grading, Mark, Submission, TestTask
from assessments.models.gradings import GradingState
from assessments.models.tasks import SubmissionState
from assessments.refusals import Incomplete, NotNow, NotYours, Refused, TooLate
from journal.models import Entry
from tests.assessments.conftest import make_grader, write_and_hand_in

pytestmark = pytest.mark.django_db
MarkIt = Callable[..., Grading]


def verbs() -> Counter[str]:
    return Counter(Entry.objects.values_list("verb", flat=True))


def fresh(submission: Submission) -> Submission:
    return Submission.objects.get(pk=submission.pk)


# Who is drawn


def test_two_graders_are_drawn_each_with_an_alias_of_their_own(assigned: list[Grading], handed_in: Submission) -> None:
    assert len({g.grader_id for g in assigned}) == len({g.alias for g in assigned}) == 2
    assert all(g.submission_id == handed_in.pk and handed_in.code not in g.alias for g in assigned)
    assert verbs()["assign_graders"] == 1


def test_work_is_spread_evenly_and_by_chance(
    task: TestTask, graders: list[User], now: datetime, rng: random.Random
) -> None:
    for _ in range(9):
        made = submissions.prepare_submission(task=task, language="ru", at=now, rng=rng, actor=None)
        grading.assign(submission=write_and_hand_in(made, now), graders=graders, rng=rng, at=now, actor=None)
    assert set(Counter(Grading.objects.values_list("grader", flat=True)).values()) == {6}
    pairs = {
        frozenset(s.gradings.values_list("grader", flat=True)) for s in Submission.objects.prefetch_related("gradings")
    }
    assert len(pairs) == 3


def test_only_active_logins_in_the_group_of_graders_are_drawn(
    handed_in: Submission, graders: list[User], now: datetime, rng: random.Random
) -> None:
    stranger = User.objects.create(username="boris")
    User.objects.filter(pk=graders[0].pk).update(is_active=False)
    drawn = grading.assign(submission=handed_in, graders=[*graders, stranger], rng=rng, at=now, actor=None)
    assert {g.grader_id for g in drawn} == {graders[1].pk, graders[2].pk}


def test_too_few_graders_are_refused_and_nobody_is_assigned(
    handed_in: Submission, graders: list[User], now: datetime, rng: random.Random
) -> None:
    with pytest.raises(Incomplete, match="2 more graders are needed and 1 may grade this"):
        grading.assign(submission=handed_in, graders=graders[:1], rng=rng, at=now, actor=None)
    assert Grading.objects.count() == verbs()["assign_graders"] == 0


def test_work_that_is_not_handed_in_or_assigned_already_is_refused(
    submission: Submission, graders: list[User], now: datetime, rng: random.Random
) -> None:
    def assign() -> list[Grading]:
        return grading.assign(submission=submission, graders=graders, rng=rng, at=now, actor=None)

    with pytest.raises(NotNow, match="not handed in"):
        assign()
    write_and_hand_in(submission, now)
    assert len(assign()) == 2
    with pytest.raises(NotNow, match="assigned already"):
        assign()


# What is refused


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        ({}, "tone, facts"),
        ({"tone": 2}, "facts"),
        ({"tone": 2, "facts": 4}, "no level 4"),
        ({"tone": -1, "facts": 2}, "no level -1"),
        ({"tone": 2, "facts": 2, "charm": 2}, "charm"),
    ],
)
def test_marks_must_fit_the_rubric(
    assigned: list[Grading], now: datetime, rng: random.Random, levels: dict[str, int], sentence: str
) -> None:
    one = assigned[0]
    with pytest.raises(Incomplete, match=sentence):
        grading.mark(grading=one, grader=one.grader, levels=levels, veto=False, reason="", comment="", at=now, rng=rng)
    assert Mark.objects.count() == verbs()["mark"] == 0


def test_a_veto_needs_a_reason(assigned: list[Grading], now: datetime, rng: random.Random) -> None:
    one = assigned[0]
    levels = {"tone": 2, "facts": 2}
    with pytest.raises(Incomplete, match="veto needs a reason"):
        grading.mark(grading=one, grader=one.grader, levels=levels, veto=True, reason=" ", comment="", at=now, rng=rng)


def test_the_database_keeps_the_promise_of_a_reason(assigned: list[Grading]) -> None:
    with pytest.raises(IntegrityError, match="assessments_veto_has_reason"), transaction.atomic():
        Grading.objects.filter(pk=assigned[0].pk).update(is_vetoed=True)


def test_somebody_elses_work_does_not_exist(assigned: list[Grading], now: datetime, rng: random.Random) -> None:
    mine, other = assigned
    with pytest.raises(NotYours) as refused:
        grading.take_up(grading=mine, grader=other.grader, at=now)
    assert refused.value.status == 404
    with pytest.raises(NotYours):
        grading.skip(grading=mine, grader=other.grader, reason="I want it gone", at=now, rng=rng)


def test_marks_are_handed_in_once(assigned: list[Grading], mark: MarkIt) -> None:
    mark(assigned[0], tone=3)
    with pytest.raises(NotNow, match="stay as they are"):
        mark(assigned[0], tone=0)
    assert Mark.objects.get(criterion__code="tone").level == 3
    assert verbs()["mark"] == 1


# How two or three become one


def test_two_that_agree_make_the_result(assigned: list[Grading], handed_in: Submission, mark: MarkIt) -> None:
    """Levels 0 to 3: tone 3, facts 2 is 0.4 + 0.6 * 2/3; tone 2, facts 3 is 0.4 * 2/3 + 0.6."""
    mark(assigned[0], tone=3, facts=2)
    assert fresh(handed_in).state == SubmissionState.SUBMITTED
    mark(assigned[1], tone=2, facts=3)
    result = submissions.result(submission=fresh(handed_in))
    shares = (0.8, 0.4 * 2 / 3 + 0.6)
    assert result.share == pytest.approx(sum(shares) / 2)
    spread = sum((share - result.share) ** 2 for share in shares)
    assert result.standard_error == pytest.approx(((0.02 + spread) / 3 / 2) ** 0.5)
    assert (result.gradings, result.is_vetoed) == (2, False)
    assert fresh(handed_in).state == SubmissionState.GRADED


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({"tone": 0}, {"tone": 2}, "levels_differ"),
        ({"veto": True}, {}, "single_veto"),
    ],
)
def test_a_third_grader_is_drawn_and_blind(
    assigned: list[Grading],
    handed_in: Submission,
    graders: list[User],
    mark: MarkIt,
    first: dict[str, int],
    second: dict[str, int],
    why: str,
) -> None:
    mark(assigned[0], **first)
    mark(assigned[1], **second)
    third = Grading.objects.get(state=GradingState.ASSIGNED)
    assert {g.grader_id for g in [*assigned, third]} == {grader.pk for grader in graders}
    assert fresh(handed_in).state == SubmissionState.SUBMITTED
    newest = Entry.objects.filter(verb="mark").first()
    assert newest is not None
    assert newest.detail["why"] == why
    mark(third)
    assert submissions.result(submission=fresh(handed_in)).gradings == 3


@pytest.mark.parametrize(
    ("vetoes", "gradings", "holds"),
    [
        ((False, False), 2, False),
        ((True, True), 2, True),
        ((True, False, False), 3, False),
        ((False, True, True), 3, True),
    ],
)
def test_one_veto_is_looked_at_again_and_two_hold(
    assigned: list[Grading],
    handed_in: Submission,
    mark: MarkIt,
    vetoes: tuple[bool, ...],
    gradings: int,
    holds: bool,
) -> None:
    for veto in vetoes:
        waiting = Grading.objects.filter(state=GradingState.ASSIGNED).order_by("pk").first()
        assert waiting is not None
        mark(waiting, veto=veto)
    result = submissions.result(submission=fresh(handed_in))
    assert (result.gradings, result.is_vetoed) == (gradings, holds)
    assert result.share == pytest.approx(2 / 3)


def test_without_a_third_grader_the_work_waits_for_hr(
    handed_in: Submission, graders: list[User], now: datetime, rng: random.Random, mark: MarkIt
) -> None:
    drawn = grading.assign(submission=handed_in, graders=graders[:2], rng=rng, at=now, actor=None)
    mark(drawn[0], facts=0)
    mark(drawn[1], facts=3)
    assert grading.short_of_graders() == [handed_in]
    (third,) = grading.assign(submission=handed_in, graders=graders, rng=rng, at=now, actor=None)
    assert third.grader == graders[2]
    assert grading.short_of_graders() == []


# Leases, giving back, voiding


def test_a_lease_that_ran_out_goes_to_somebody_else(
    assigned: list[Grading], now: datetime, rng: random.Random, mark: MarkIt
) -> None:
    late = now + grading.QUEUE_LEASE + timedelta(seconds=1)
    assert grading.requeue_expired(at=now + grading.QUEUE_LEASE, rng=rng) == []
    mark(assigned[1])
    (ended,) = grading.requeue_expired(at=late, rng=rng)
    replaced = Grading.objects.get(state=GradingState.ASSIGNED)
    assert (ended.pk, ended.state) == (assigned[0].pk, GradingState.EXPIRED)
    assert replaced.grader_id not in {g.grader_id for g in assigned}
    with pytest.raises(NotNow, match="no longer on your desk"):
        mark(assigned[0])
    assert verbs()["expire_grading"] == 1


def test_after_the_lease_nothing_is_taken_even_before_it_went_back(
    assigned: list[Grading], now: datetime, rng: random.Random
) -> None:
    one = grading.take_up(grading=assigned[0], grader=assigned[0].grader, at=now)
    assert one.lease_until == now + grading.DESK_LEASE
    levels = {"tone": 2, "facts": 2}
    for late, taken in ((timedelta(seconds=1), False), (timedelta(0), True)):
        at = one.lease_until + late
        if taken:
            grading.mark(
                grading=one, grader=one.grader, levels=levels, veto=False, reason="", comment="", at=at, rng=rng
            )
            continue
        with pytest.raises(TooLate, match="ran out"):
            grading.mark(
                grading=one, grader=one.grader, levels=levels, veto=False, reason="", comment="", at=at, rng=rng
            )


def test_with_nobody_else_the_lease_is_renewed(
    handed_in: Submission, graders: list[User], now: datetime, rng: random.Random
) -> None:
    grading.assign(submission=handed_in, graders=graders[:2], rng=rng, at=now, actor=None)
    late = now + timedelta(days=30)
    assert {g.state for g in grading.requeue_expired(at=late, rng=rng)} == {GradingState.ASSIGNED}
    assert grading.requeue_expired(at=late, rng=rng) == []
    assert verbs()["renew_lease"] == 2


def test_work_is_given_back_with_a_reason_only(assigned: list[Grading], now: datetime, rng: random.Random) -> None:
    one = assigned[0]
    with pytest.raises(Incomplete, match="Give the reason"):
        grading.skip(grading=one, grader=one.grader, reason="  ", at=now, rng=rng)
    back = grading.skip(grading=one, grader=one.grader, reason="I know the author.", at=now, rng=rng)
    assert (back.state, back.ending_reason) == (GradingState.SKIPPED, "I know the author.")
    open_now = Grading.objects.filter(state=GradingState.ASSIGNED)
    assert one.grader_id not in set(open_now.values_list("grader", flat=True))
    assert open_now.count() == 2
    assert verbs()["skip_grading"] == 1


def test_a_voided_grading_no_longer_counts(
    assigned: list[Grading], handed_in: Submission, now: datetime, rng: random.Random, mark: MarkIt
) -> None:
    hanna = User.objects.create(username="hanna")
    for one in assigned:
        mark(one, tone=3, facts=3)
    assert fresh(handed_in).share == 1
    grading.void(grading=assigned[0], reason="Mentor of the author.", actor=hanna, at=now, rng=rng)
    assert (fresh(handed_in).state, fresh(handed_in).share) == (SubmissionState.SUBMITTED, None)
    with pytest.raises(Refused):
        grading.void(grading=assigned[0], reason="Again.", actor=hanna, at=now, rng=rng)
    mark(Grading.objects.get(state=GradingState.ASSIGNED), tone=2, facts=2)
    assert submissions.result(submission=fresh(handed_in)).share == pytest.approx(5 / 6)
    assert Mark.objects.filter(grading=assigned[0]).count() == 2
    assert verbs()["void_grading"] == 1


def test_opening_counts_once(assigned: list[Grading], now: datetime) -> None:
    one = assigned[0]
    grading.take_up(grading=one, grader=one.grader, at=now)
    again = grading.take_up(grading=one, grader=one.grader, at=now + timedelta(hours=1))
    assert (again.opened_at, verbs()["take_up_grading"]) == (now, 1)


def test_a_grader_who_left_is_not_drawn_for_a_third_look(
    assigned: list[Grading], handed_in: Submission, graders: list[User], mark: MarkIt
) -> None:
    User.objects.exclude(pk__in=[g.grader_id for g in assigned]).update(is_active=False)
    make_grader("new-but-not-named-for-this-round")
    mark(assigned[0], facts=0)
    mark(assigned[1], facts=3)
    assert not Grading.objects.filter(state=GradingState.ASSIGNED).exists()
    assert grading.short_of_graders() == [handed_in]
