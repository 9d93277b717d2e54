"""References: three people with no stake, each alone, each with a case; two make a result."""

import random

import pytest
from django.db import IntegrityError, transaction

from journal.models import Entry
from scoring.models import Agent, Assignment, Result
from selection.dossier import dossier_hash
from selection.models import Candidate, Observation, Reference, Round
from selection.models.references import ReferenceState, Relation
from selection.referees import eligible_colleagues
from selection.reference_agreement import agreement
from selection.references import Seen, ask, decline, hand_in, replace, waiting_for
from selection.refusals import Kind, Refused
from selection.stages import Role, Stage
from tests.cast import NOW, Cast, agent, bring_to, person, seat
from tests.cast import ask as ask_move

DAY = NOW.date()
CASES = (
    "In March five people wrote about one bill, and she filed it with engineering.",
    "In May the rules said nothing about a child's number; she asked and called back at six.",
)
SHORT = "Always helpful and kind."


def seen(involvement: int, culture: int, *texts: str) -> dict[str, Seen]:
    """An answer on both scales."""
    first, second = texts or CASES
    return {"involvement": Seen(level=involvement, text=first), "culture": Seen(level=culture, text=second)}


@pytest.fixture
def colleagues(cast: Cast) -> list[Agent]:
    """Three of Ania's team who can log in."""
    team = cast.agents["ania"].assignments.get().team
    made = [agent(f"Colleague {n}", number=f"S-9{n}", user=person(f"colleague{n}")) for n in range(3)]
    for one in made:
        seat(one, team=team, manager=cast.agents["marat"])
    return made


@pytest.fixture
def asked(cast: Cast, candidate: Candidate, colleagues: list[Agent]) -> list[Reference]:
    """Marat and the first two colleagues are asked about Ania."""
    return ask(candidate=candidate, colleagues=colleagues[:2], actor=cast.hanna, at=NOW, rng=random.Random(1))


def answer(reference: Reference, *levels: int) -> Reference:
    """The referee hands in."""
    assert reference.referee.user is not None
    return hand_in(reference=reference, seen=seen(*levels), actor=reference.referee.user, at=NOW)


def test_the_manager_and_two_colleagues_are_asked(cast: Cast, asked: list[Reference], colleagues: list[Agent]) -> None:
    assert [(one.referee, one.relation) for one in asked] == [
        (cast.agents["marat"], Relation.MANAGER),
        (colleagues[0], Relation.COLLEAGUE),
        (colleagues[1], Relation.COLLEAGUE),
    ]
    assert Entry.objects.filter(verb="ask_reference").count() == 3
    assert waiting_for(cast.agents["marat"]) == 1


def test_colleagues_who_are_not_named_are_drawn(cast: Cast, candidate: Candidate, colleagues: list[Agent]) -> None:
    drawn = set()
    for draw in range(20):
        with transaction.atomic():
            made = ask(candidate=candidate, colleagues=[], actor=cast.hanna, at=NOW, rng=random.Random(draw))
            drawn |= {one.referee for one in made[1:]}
            transaction.set_rollback(True)
    assert drawn == set(colleagues)


def test_nobody_with_a_stake_is_asked(cast: Cast, opened: Round, candidate: Candidate, colleagues: list[Agent]) -> None:
    assert eligible_colleagues(candidate, day=DAY) == colleagues
    rival, hr, report = colleagues
    Candidate.objects.create(round=opened, agent=rival, nominated_by=cast.hanna, nominated_at=NOW)
    assert hr.user is not None
    hr.user.groups.add(cast.hanna.groups.get())
    report.assignments.update(manager=cast.agents["ania"])
    assert eligible_colleagues(candidate, day=DAY) == []
    with pytest.raises(Refused, match="Only 0 colleagues of the last year can be asked"):
        ask(candidate=candidate, colleagues=[], actor=cast.hanna, at=NOW, rng=random.Random(1))


@pytest.mark.parametrize("group", [Role.HEAD, Role.HR])
def test_a_manager_with_a_stake_is_passed_over(
    cast: Cast, candidate: Candidate, colleagues: list[Agent], group: Role
) -> None:
    above = agent("Director", number="S-3", user=person("director"))
    cast.agents["marat"].assignments.update(manager=above)
    cast.marat.groups.add({Role.HEAD: cast.hugo, Role.HR: cast.hanna}[group].groups.get())
    made = ask(candidate=candidate, colleagues=[], actor=cast.hanna, at=NOW, rng=random.Random(1))
    assert made[0].referee == above


def test_only_those_who_worked_beside_the_candidate_at_the_time(
    cast: Cast, candidate: Candidate, colleagues: list[Agent]
) -> None:
    gone = colleagues[0].assignments
    gone.update(ends_on="2025-11-01")
    assert colleagues[0] not in eligible_colleagues(candidate, day=DAY)
    gone.update(ends_on="2026-01-01")
    assert colleagues[0] in eligible_colleagues(candidate, day=DAY)
    cast.agents["ania"].assignments.update(starts_on="2026-02-01")
    assert colleagues[0] not in eligible_colleagues(candidate, day=DAY)


@pytest.mark.parametrize("who", ["boris", "ania"])
def test_a_stranger_is_not_chosen(cast: Cast, candidate: Candidate, colleagues: list[Agent], who: str) -> None:
    with pytest.raises(Refused, match="cannot be asked about this candidate"):
        ask(candidate=candidate, colleagues=[cast.agents[who]], actor=cast.hanna, at=NOW, rng=random.Random(1))


@pytest.mark.parametrize("who", ["ania", "marat", "hugo", "greta", "ada"])
def test_only_hr_asks(cast: Cast, candidate: Candidate, colleagues: list[Agent], who: str) -> None:
    with pytest.raises(Refused, match="Only HR may do this"):
        ask(candidate=candidate, colleagues=[], actor=getattr(cast, who), at=NOW, rng=random.Random(1))


def test_asking_twice_is_refused(cast: Cast, asked: list[Reference]) -> None:
    with pytest.raises(Refused, match="asked for already"):
        ask(candidate=asked[0].candidate, colleagues=[], actor=cast.hanna, at=NOW, rng=random.Random(1))


def test_two_answers_make_a_result_and_the_third_refines_it(asked: list[Reference]) -> None:
    answer(asked[0], 3, 4)
    assert not Result.objects.exists()
    answer(asked[1], 4, 4)
    results = {one.kind: one for one in Result.objects.all()}
    assert {kind: one.observations for kind, one in results.items()} == {"involvement": 2, "culture": 2}
    assert results["involvement"].value == pytest.approx((2 / 3 + 1) / 2)
    assert results["culture"].value == 1
    assert results["involvement"].standard_error > results["culture"].standard_error > 0
    answer(asked[2], 1, 4)
    again = Result.objects.get(kind="involvement")
    assert (again.pk, again.observations) == (results["involvement"].pk, 3)
    assert again.value == pytest.approx((2 / 3 + 1 + 0) / 3)


def test_the_journal_tells_that_one_answered_and_not_what(asked: list[Reference]) -> None:
    answer(asked[0], 3, 4)
    entry = Entry.objects.get(verb="hand_in_reference")
    assert entry.detail == {"candidate": asked[0].candidate_id, "as": "manager"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (seen(3, 4, SHORT, CASES[1]), "Describe what you have seen in at least 40 characters"),
        (seen(3, 4, " " * 60, CASES[1]), "Describe what you have seen in at least 40 characters"),
        (seen(3, 4, CASES[0], CASES[0]), "Describe a case of its own for each scale"),
        (seen(0, 4), "Choose a level on every scale"),
        (seen(3, 5), "Choose a level on every scale"),
        ({"culture": Seen(level=3, text=CASES[0])}, "Choose a level on every scale"),
    ],
)
def test_no_impression_without_a_case(asked: list[Reference], given: dict[str, Seen], sentence: str) -> None:
    assert asked[0].referee.user is not None
    with pytest.raises(Refused, match=sentence) as refused:
        hand_in(reference=asked[0], seen=given, actor=asked[0].referee.user, at=NOW)
    assert refused.value.kind is Kind.INCOMPLETE
    assert not Observation.objects.exists()


def test_the_database_asks_for_a_case_too(asked: list[Reference]) -> None:
    with pytest.raises(IntegrityError, match="selection_observation_is_described"), transaction.atomic():
        Observation.objects.create(reference=asked[0], scale="culture", level=3, text=SHORT)
    assert Observation.objects.create(reference=asked[0], scale="culture", level=3, text=CASES[0])


def test_nobody_answers_for_another_or_twice(cast: Cast, asked: list[Reference]) -> None:
    for other in (cast.hanna, cast.ania, cast.boris):
        with pytest.raises(Refused, match="Only the person who was asked may answer"):
            hand_in(reference=asked[0], seen=seen(3, 3), actor=other, at=NOW)
    answer(asked[0], 3, 3)
    with pytest.raises(Refused, match="not open any more"):
        answer(asked[0], 4, 4)


def test_whoever_declines_is_replaced_by_somebody_not_asked_yet(
    cast: Cast, asked: list[Reference], colleagues: list[Agent]
) -> None:
    user = colleagues[0].user
    assert user is not None
    with pytest.raises(Refused, match="at least ten characters why not"):
        decline(reference=asked[1], reason="No.", actor=user, at=NOW)
    decline(reference=asked[1], reason="We hardly worked together.", actor=user, at=NOW)
    new = replace(reference=asked[1], actor=cast.hanna, at=NOW, rng=random.Random(1))
    assert (new.referee, new.relation) == (colleagues[2], Relation.COLLEAGUE)
    asked[1].refresh_from_db()
    assert (asked[1].state, asked[1].reason) == (ReferenceState.RELEASED, "We hardly worked together.")
    with pytest.raises(Refused, match="Everybody who can be asked was asked"):
        replace(reference=asked[2], actor=cast.hanna, at=NOW, rng=random.Random(1))


def test_what_is_handed_in_is_not_replaced(cast: Cast, asked: list[Reference]) -> None:
    answer(asked[0], 3, 3)
    with pytest.raises(Refused, match="not open any more"):
        replace(reference=asked[0], actor=cast.hanna, at=NOW, rng=random.Random(1))


def test_a_case_that_is_over_takes_no_reference(cast: Cast, candidate: Candidate, asked: list[Reference]) -> None:
    ask_move(candidate, "decline", cast.hanna)
    with pytest.raises(Refused, match="This case is over"):
        answer(asked[0], 3, 3)


def test_a_reference_makes_an_open_decision_stale(cast: Cast, candidate: Candidate, asked: list[Reference]) -> None:
    released = bring_to(candidate, Stage.PROPOSED, cast=cast)
    answer(asked[0], 3, 3)
    before = dossier_hash(released)
    answer(asked[1], 3, 3)
    assert dossier_hash(released) != before


def test_agreement_is_told_over_all_candidates(
    cast: Cast, opened: Round, candidate: Candidate, asked: list[Reference]
) -> None:
    before = agreement()[0]
    assert (before.candidates, before.near, before.icc, before.kappa) == (0, None, None, None)
    for reference, level in zip(asked, (3, 3, 4), strict=True):
        answer(reference, level, level)
    one = agreement()[0]
    assert one.near is not None
    assert (one.candidates, one.near.pairs, one.near.exact, one.near.adjacent) == (1, 3, 1 / 3, 1)
    team = Assignment.objects.filter(agent=candidate.agent).get().team
    for number in range(6):
        more(cast, opened, number, team=team)
    many = agreement()[0]
    assert many.icc is not None
    assert many.kappa is not None
    assert many.icc.targets == 7
    assert many.icc.single_1.value > 0.5
    assert many.kappa.value > 0.5


def more(cast: Cast, opened: Round, number: int, *, team: object) -> None:
    """One more candidate, about whom three people nearly agree."""
    one = agent(f"Candidate {number}", number=f"S-7{number}")
    case = Candidate.objects.create(round=opened, agent=one, nominated_by=cast.hanna, nominated_at=NOW)
    for place in range(3):
        made = Reference.objects.create(
            candidate=case, referee=agent(f"R {number}{place}", number=f"R-{number}{place}"),
            relation=Relation.MANAGER if place == 0 else Relation.COLLEAGUE,
            state=ReferenceState.HANDED_IN, asked_by=cast.hanna, asked_at=NOW,
        )  # fmt: skip
        level = 1 + (number + (place == 2)) % 4 if number % 2 else 1 + number % 4
        Observation.objects.create(reference=made, scale="involvement", level=level, text=CASES[0])
