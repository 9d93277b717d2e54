"""Objections to ratings and what looks odd about files: the pages of the agent and of HR."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from scoring.flags import clear_flag
from scoring.models import Agent, Batch, IntegrityFlag, Rating, RatingDispute, ScoreRun
from scoring.models.disputes import DisputeState
from scoring.models.flags import FlagCode, FlagState
from scoring.runs import execute_run, request_run
from selection.hr.flag_words import SENTENCES, flag_sentence
from selection.hr.waiting import tasks
from tests.cast import NOW, Cast
from tests.scoring.test_batches import imported
from tests.scoring.worlds import RATING, policy, publish
from tests.selection.hr.conftest import logged_in

OBJECTION = "The customer rated the outage <b>and</b> not my answer."
REASON = "The chat shows an outage that nobody could mend."
HEAD = "rating_id,chat_id,agent_id,rating,rated_at,topic,comment\n"
ROWS = (
    "1,c1,S-13,5,2026-10-02 10:00,Roaming,thanks\n"
    "2,c2,S-13,1,2026-10-03 11:00,Roaming,<script>bad</script>\n"
    "3,c3,S-14,2,2026-10-04 11:00,Roaming,meant for Boris\n"
)
DETAILS: dict[FlagCode, dict[str, Any]] = {
    FlagCode.BURST: {
        "count": 12,
        "start": "2026-10-02T17:00:00+00:00",
        "end": "2026-10-02T17:33:00+00:00",
        "usual": 1.8,
    },
    FlagCode.IDENTICAL_TEXTS: {"count": 7, "elsewhere": 0, "text": "<b>thanks"},
    FlagCode.BACKDATED: {"count": 6, "before": "2026-09-01"},
    FlagCode.CLOSED_PERIOD: {"count": 1, "months": ["2026-07-01"]},
    FlagCode.RESPONSE_RATE: {"offered": 120, "rate": 0.2, "expected": 0.617},
    FlagCode.COVERAGE_GAP: {"source": "default", "months": ["2026-08-01", "2026-09-01"]},
    FlagCode.MISSING_NUMBERS: {"missing": 4, "present": 496, "longest": 3},
    FlagCode.DISPUTED_BEFORE: {"count": 1},
}


@pytest.fixture(autouse=True)
def ratings(cast: Cast, time_machine: Any) -> Batch:
    """Two ratings of Ania and one of Boris, brought in by Hanna."""
    time_machine.move_to(NOW, tick=False)
    for name, number in (("ania", "S-13"), ("boris", "S-14")):
        Agent.objects.filter(pk=cast.agents[name].pk).update(staff_number=number)
    return imported(HEAD + ROWS, cast.hanna)


@pytest.fixture
def ania(cast: Cast) -> Client:
    """The agent's browser."""
    return logged_in(cast.ania)


@pytest.fixture
def pavel(cast: Cast) -> Client:
    """The browser of HR's second person."""
    return logged_in(cast.pavel)


def words(response: Any) -> str:
    """What a page says."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def objected(ania: Client) -> RatingDispute:
    """Ania objects to her one."""
    page = reverse("portal:rating", args=[Rating.objects.get(chat_id="c2").pk])
    assert ania.post(page, {"reason": OBJECTION}).status_code == 302
    return RatingDispute.objects.get()


def test_an_agent_reads_their_own_ratings_only(ania: Client) -> None:
    page = ania.get(reverse("portal:ratings"))
    assert all(name in words(page) for name in ("c1", "c2", "thanks", "1 to 5"))
    assert "c3" not in words(page)
    assert "<script>bad" not in page.content.decode()
    other = Rating.objects.get(chat_id="c3")
    assert ania.get(reverse("portal:rating", args=[other.pk])).status_code == 404
    assert ania.post(reverse("portal:rating", args=[other.pk]), {"reason": OBJECTION}).status_code == 404


def test_the_path_leads_to_the_ratings(ania: Client) -> None:
    assert reverse("portal:ratings") in ania.get(reverse("portal:path")).content.decode()


def test_logins_that_are_no_agents_have_no_ratings(pavel: Client) -> None:
    assert pavel.get(reverse("portal:ratings")).status_code == 403
    assert Client().get(reverse("portal:ratings")).status_code == 302


def test_long_lists_have_pages(ania: Client, cast: Cast) -> None:
    rows = [f"9{number},d{number},S-13,4,2026-09-{1 + number % 28:02d} 10:00,Roaming,\n" for number in range(40)]
    imported(HEAD + "".join(rows), cast.hanna)
    first, second = (ania.get(reverse("portal:ratings"), {"page": page}) for page in (1, 2))
    assert (len(first.context["ratings"]), len(second.context["ratings"])) == (25, 17)


def test_an_objection_waits_for_hr_and_shows_its_answer(ania: Client, pavel: Client) -> None:
    made = objected(ania)
    assert "1 objection to a rating waits." in [task.sentence for task in tasks()]
    assert "c2" in words(pavel.get(reverse("hr:disputes"), {"state": "open"}))
    page = reverse("hr:dispute", args=[made.pk])
    shown = pavel.get(page).content.decode()
    assert "&lt;b&gt;and&lt;/b&gt; not my answer" in shown
    assert "<script>bad" not in shown
    assert pavel.post(page, {"state": "upheld", "reason": REASON}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.answer) == (DisputeState.UPHELD, REASON)
    assert REASON in words(ania.get(reverse("portal:rating", args=[made.rating_id])))
    assert "c2" in words(pavel.get(reverse("hr:disputes"), {"state": "upheld"}))
    assert "c2" not in words(pavel.get(reverse("hr:disputes"), {"state": "open"}))


@pytest.mark.parametrize("reason", ["", "too short"])
def test_a_short_objection_is_asked_for_again(ania: Client, reason: str) -> None:
    page = reverse("portal:rating", args=[Rating.objects.get(chat_id="c2").pk])
    assert ania.post(page, {"reason": reason}).status_code == 422
    assert not RatingDispute.objects.exists()


def test_a_second_objection_is_refused_in_a_sentence(ania: Client) -> None:
    made = objected(ania)
    again = ania.post(reverse("portal:rating", args=[made.rating_id]), {"reason": OBJECTION})
    assert again.status_code == 409
    assert "This rating was disputed already." in words(again)


def test_the_importer_cannot_decide_and_is_told_why(ania: Client, hanna: Client) -> None:
    page = reverse("hr:dispute", args=[objected(ania).pk])
    assert "Nobody decides about a rating that they imported." in words(hanna.get(page))
    hanna.post(page, {"state": "rejected", "reason": REASON})
    assert RatingDispute.objects.get().state == DisputeState.OPEN


def test_a_decision_without_a_choice_is_asked_for_again(ania: Client, pavel: Client) -> None:
    page = reverse("hr:dispute", args=[objected(ania).pk])
    assert pavel.post(page, {"reason": REASON}).status_code == 422


def test_auditors_read_and_agents_stay_out(ania: Client, ada: Client) -> None:
    made = objected(ania)
    page = reverse("hr:dispute", args=[made.pk])
    assert ada.get(page).status_code == 200
    assert ada.get(reverse("hr:flags")).status_code == 200
    assert ada.post(page, {"state": "upheld", "reason": REASON}).status_code == 403
    for name in ("hr:disputes", "hr:flags"):
        assert ania.get(reverse(name)).status_code == 403


def flag(ratings: Batch, code: FlagCode, agent: Agent | None = None) -> IntegrityFlag:
    """Something odd about Hanna's file."""
    return IntegrityFlag.objects.create(batch=ratings, agent=agent, code=code, detail=DETAILS[code], raised_at=NOW)


@pytest.mark.parametrize("code", list(FlagCode))
def test_every_flag_is_told_in_a_sentence_with_what_to_do(ratings: Batch, code: FlagCode) -> None:
    told = flag_sentence(flag(ratings, code))
    assert re.search(r"Look |Ask |may object again", told)
    assert "%(" not in told


def test_no_flag_is_without_words() -> None:
    assert set(SENTENCES) == set(DETAILS) == set(FlagCode)


def test_flags_stand_on_their_page_with_the_file_and_on_today(ratings: Batch, pavel: Client, cast: Cast) -> None:
    flag(ratings, FlagCode.IDENTICAL_TEXTS, cast.agents["ania"])
    flag(ratings, FlagCode.COVERAGE_GAP)
    page = pavel.get(reverse("hr:flags"))
    assert "&lt;b&gt;thanks" in page.content.decode()
    for shown in (page, pavel.get(reverse("hr:batch", args=[ratings.pk]))):
        assert "came 7 times for this agent" in words(shown)
        assert "August 2026, September 2026" in words(shown)
    assert "2 things about the files wait for a look." in words(pavel.get(reverse("hr:evidence")))
    assert "2 things about the files look odd." in words(pavel.get(reverse("hr:today")))


def test_the_ranking_marks_whose_ratings_look_odd(ratings: Batch, run: ScoreRun, hanna: Client, cast: Cast) -> None:
    assert "ratings look odd" not in words(hanna.get(reverse("hr:ranking")))
    one = flag(ratings, FlagCode.BURST, cast.agents["ania"])
    flag(ratings, FlagCode.COVERAGE_GAP)
    assert words(hanna.get(reverse("hr:ranking"))).count("ratings look odd") == 1
    clear_flag(flag=one, reason=REASON, actor=cast.pavel, at=NOW)
    assert "ratings look odd" not in words(hanna.get(reverse("hr:ranking")))


def test_a_flag_is_cleared_with_a_reason(ratings: Batch, pavel: Client, cast: Cast) -> None:
    one = flag(ratings, FlagCode.BURST, cast.agents["ania"])
    clear = reverse("hr:clear_flag", args=[one.pk])
    assert "Say in a sentence" in words(pavel.post(clear, {"reason": "ok"}, follow=True))
    assert "Cleared." in words(pavel.post(clear, {"reason": REASON}, follow=True))
    one.refresh_from_db()
    assert (one.state, one.cleared_by) == (FlagState.CLEARED, cast.pavel)
    assert REASON not in words(pavel.get(reverse("hr:flags")))
    assert REASON in words(pavel.get(reverse("hr:flags"), {"state": "all"}))
    assert pavel.get(clear).status_code == 405


def test_whoever_brought_the_file_in_does_not_clear_it(ratings: Batch, hanna: Client) -> None:
    one = flag(ratings, FlagCode.COVERAGE_GAP)
    assert "a file that they brought in" in words(hanna.get(reverse("hr:flags")))
    hanna.post(reverse("hr:clear_flag", args=[one.pk]), {"reason": REASON})
    one.refresh_from_db()
    assert one.state == FlagState.OPEN


def test_the_ranking_is_shown_with_and_without_what_looks_odd(
    ratings: Batch, pavel: Client, ada: Client, ania: Client, cast: Cast
) -> None:
    page = reverse("hr:ranking_without_flagged")
    assert "No scores yet" in words(pavel.get(page))
    flag(ratings, FlagCode.CLOSED_PERIOD, cast.agents["ania"])
    IntegrityFlag.objects.update(detail={"count": 1, "months": ["2026-10-01"]})
    assert page in pavel.get(reverse("hr:flags")).content.decode()
    version = publish(policy(RATING, places=1))
    execute_run(run=request_run(policy_version=version, as_of=NOW.date(), actor=None, at=NOW), at=NOW)
    told = words(ada.get(page))
    assert "2 ratings look odd and nobody has cleared them." in told
    assert "Ania Sokolova S-13" in told
    imported(HEAD + "9,c9,S-14,5,2026-10-05 10:00,Roaming,\n", cast.hanna)
    assert "Run the scores again" in words(pavel.get(page))
    assert ania.get(page).status_code == 403
