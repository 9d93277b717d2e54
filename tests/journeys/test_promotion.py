"""The whole path in a real browser, in both languages: from a ratings file to a place in public communications."""

import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from playwright.sync_api import Page, expect

from journal.models import Entry
from journal.verify import problems
from scoring.models import PolicyVersion
from scoring.presets import install_presets
from selection.models import Candidate, Placement, StageChange
from selection.stages import MOVES, Stage
from tests.cast import REASON, Cast, build_task, build_test
from tests.journeys import acts
from tests.journeys.conftest import LogIn, Visits
from tests.journeys.files import write_ratings, write_roster
from tests.journeys.witness import Witness

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PLACES = 2
# What would tell a grader whose work it is.
TRAITS = {
    "first name": "Ania",
    "last name": "Sokolova",
    "e-mail": "s-15@company.example",
    "staff number": "S-15",
    "login": "ania",
    "team": "Technical support 1",
    "manager": "Khasanov",
}
# One entry for each change that somebody made in this journey, and none besides.
CHANGES = {
    "receive_file": 2,
    "map_columns": 2,
    "confirm_import": 2,
    "publish_batch": 2,
    "request_run": 1,
    "finish_run": 1,
    "open_round": 1,
    "nominate": 3,
    "next_phase": 2,
    "prepare_sitting": 1,
    "prepare_submission": 1,
    "invite": 1,
    "accept": 1,
    "acknowledge_policy": 1,
    "start_sitting": 1,
    "resume_sitting": 1,
    "submit_sitting": 1,
    "finish_test": 1,
    "start_submission": 1,
    "hand_in": 2,
    "assign_graders": 1,
    "take_up_grading": 2,
    "mark": 2,
    "take_results": 1,
    "propose": 1,
    "release": 1,
    "approve": 1,
}


@pytest.fixture
def before(cast: Cast) -> int:
    """What a company has before its first round: published policies, a test, a task. Returns the journal's length."""
    install_presets(at=timezone.now())
    build_test()
    build_task()
    return Entry.objects.count()


def plan(cast: Cast, policy: PolicyVersion) -> dict[str, Any]:
    """What HR decides when the round opens; the test and the task are the only ones there are."""
    soon = timezone.localtime() + timedelta(days=7)
    return {
        "title": "Autumn",
        "policy_version": policy,
        "run": policy.runs.get(),
        "places": PLACES,
        "assessments_until": soon,
        "decisions_until": soon + timedelta(days=7),
        "graders": [cast.greta, cast.gleb],
    }


def nominated(hanna: Page, cast: Cast, folder: Path) -> Candidate:
    """Hanna's first day: two files, the scores, a round, three nominations. Two of them are those who will decide."""
    acts.import_file(hanna, write_roster(folder / "roster.csv"), kind="agents")
    ratings = write_ratings(folder / "ratings.csv", at=timezone.now(), rng=random.Random(2014))
    acts.import_file(hanna, ratings, kind="ratings")
    policy = PolicyVersion.objects.get(name="current")
    acts.run_scores(hanna, policy=policy.pk, places=PLACES)
    opened = acts.open_round(hanna, plan(cast, policy))
    for decider in ("Marat Khasanov", "Hugo Lebedev"):
        acts.nominate(hanna, decider)
    candidate = acts.nominate(hanna, "Ania Sokolova")
    acts.go_on(hanna, opened)
    acts.press(hanna, f"/candidates/{candidate.pk}/moves/invite/")
    return candidate


def graded(page: Page, witness: Witness, candidate: Candidate) -> None:
    """A grader opens the work, marks it by the levels of the rubric, and is curious about whose it may be."""
    for address in ("/desk/", "/me/", f"/hr/rounds/candidates/{candidate.pk}/", "/api/v1/candidates/", "/admin/"):
        page.goto(address)
        witness.read(page)
    page.goto("/desk/")
    witness.read(page)
    acts.press(page, "/open/")
    expect(page.get_by_text(acts.ANSWER)).to_be_visible()
    witness.read(page)
    page.locator("input[name=level-tone][value='3']").check()
    page.locator("input[name=level-facts][value='2']").check()
    page.locator("input[name=veto][value=no]").check()
    page.locator("textarea[name=comment]").fill("Says when it will be over.")
    page.locator(acts.PRIMARY).click()
    done = page.locator("main th a")
    expect(done).to_be_visible()
    witness.read(page)
    done.click()
    expect(page.get_by_text(acts.ANSWER)).to_be_visible()
    witness.read(page)


def sees_who_it_is(page: Page, candidate: Candidate) -> set[str]:
    """The positive control: HR's pages about the candidate tell all that a grader must not know."""
    witness = Witness.of(page.context)
    for address in (
        f"/hr/rounds/candidates/{candidate.pk}/",
        f"/hr/ranking/agents/{candidate.agent_id}/",
        f"/admin/scoring/agent/{candidate.agent_id}/change/",
    ):
        page.goto(address)
        witness.read(page)
    return witness.found(TRAITS)


def release(marat: Page, candidate: Candidate) -> None:
    """Marat forgets the reason, gives one, and tries to decide once more in a tab that he had left open."""
    acts.open_case(marat, candidate)
    late = marat.context.new_page()
    acts.open_case(late, candidate)
    acts.decide(marat, "release", reason="")
    assert acts.refusal_of_api(marat, candidate, name="release") == (400, acts.refusal(marat))
    acts.decide(marat, "release", reason=REASON)
    expect(marat.locator(".messagelist .success")).to_contain_text("Ania Sokolova")
    acts.decide(late, "release", reason=REASON)
    assert acts.refusal_of_api(late, candidate, name="release", reason=REASON) == (409, acts.refusal(late))


def approve(hugo: Page, candidate: Candidate, day: date) -> None:
    """Hugo forgets the reason, gives one and a day, and tries once more."""
    acts.open_case(hugo, candidate)
    late = hugo.context.new_page()
    acts.open_case(late, candidate)
    acts.decide(hugo, "approve", reason="", day=day)
    assert acts.refusal_of_api(hugo, candidate, name="approve", effective_on=str(day)) == (400, acts.refusal(hugo))
    acts.decide(hugo, "approve", reason=REASON, day=day)
    expect(hugo.locator(".messagelist .success")).to_contain_text("Ania Sokolova")
    acts.decide(late, "approve", reason=REASON, day=day)
    assert acts.refusal_of_api(late, candidate, name="approve", reason=REASON) == (409, acts.refusal(late))


def decide_about_oneself(hugo: Page, marat: Page) -> set[str]:
    """Both try their own cases: Hugo by ticking himself in the admin's list, both through the API."""
    own = {one.agent.staff_number: one for one in Candidate.objects.select_related("agent")}
    hugo.goto("/admin/selection/candidate/?show=all")
    hugo.locator(f"input[name=_selected_action][value='{own['S-2'].pk}']").check()
    hugo.locator("select[name=action]").select_option("approve_selected")
    hugo.locator("button[name=index]").click()
    hugo.locator("textarea[name=reason]").fill(REASON)
    hugo.locator("button.default").click()
    told = acts.refusal(hugo).removeprefix("Hugo Lebedev: ")
    asked = [(hugo, own["S-2"], "approve"), (marat, own["S-1"], "release")]
    answers = [acts.refusal_of_api(page, case, name=name, reason=REASON) for page, case, name in asked]
    assert [status for status, _sentence in answers] == [403, 403]
    return {told, *(sentence for _status, sentence in answers)}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_from_a_ratings_file_to_an_approved_promotion(
    cast: Cast, before: int, visit: Visits, log_in: LogIn, tmp_path: Path, language: str
) -> None:
    hanna = visit(cast.hanna, language=language)
    candidate = nominated(hanna, cast, tmp_path)
    assert candidate.score is not None
    assert candidate.score.rank <= 3

    ania = visit(language=language)
    log_in(ania, cast.ania)
    acts.follow(ania, "/me/policy/")
    ania.goto("/me/")
    acts.follow(ania, "/invitation/")
    ania.locator("input[name=has_read]").check()
    ania.locator(acts.PRIMARY).click()
    acts.sit_the_test(ania)
    acts.write_the_task(ania)

    for grader in (cast.greta, cast.gleb):
        page = visit(grader, language=language)
        witness = Witness.of(page.context)
        graded(page, witness, candidate)
        assert witness.found(TRAITS) == set()
        assert witness.found({"the answer": "mast"}), "the witness was blind"
    assert sees_who_it_is(hanna, candidate) == set(TRAITS)

    hanna.goto(f"/hr/rounds/candidates/{candidate.pk}/")
    acts.press(hanna, "/moves/take_results/")
    hanna.locator("details:has(form[action$='/moves/propose/']) > summary").click()
    hanna.locator("#reason-propose").fill(REASON)
    acts.press(hanna, "/moves/propose/")
    acts.go_on(hanna, candidate.round)

    marat, hugo = visit(cast.marat, language=language), visit(cast.hugo, language=language)
    day = timezone.localdate() + timedelta(days=14)
    release(marat, candidate)
    approve(hugo, candidate, day)
    assert len(decide_about_oneself(hugo, marat)) == 1

    ania.goto("/me/")
    with override(language):
        expect(ania.locator("main")).to_contain_text(date_format(day, "DATE_FORMAT"))
    placement = Placement.objects.get()
    assert (placement.agent, placement.starts_on) == (candidate.agent, day)
    assert Candidate.objects.get(pk=candidate.pk).stage == Stage.PROMOTED

    entries = Entry.objects.filter(sequence__gt=before)
    assert Counter(entries.values_list("verb", flat=True)) == CHANGES
    moves = entries.filter(verb__in=MOVES, subject_kind="selection.candidate").order_by("sequence")
    assert list(moves.values_list("verb", flat=True)) == list(StageChange.objects.values_list("move", flat=True))
    assert list(problems()) == []
