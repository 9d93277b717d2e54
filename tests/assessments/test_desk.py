"""The grader's desk as its users meet it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from assessments import grading
from assessments.models import Grading, Mark, Submission
from assessments.models.gradings import GradingState
from assessments.models.tasks import SubmissionState
from selection.stages import Role
from tests.assessments.conftest import ANSWER

pytestmark = pytest.mark.django_db
RIGHT = {"level-tone": "2", "level-facts": "3", "veto": "no", "reason": "", "comment": "Warm and exact."}
INDEX = "/desk/"
MarkIt = Callable[..., Grading]


@pytest.fixture(autouse=True)
def frozen(now: datetime) -> Iterator[None]:
    """The pages read the clock; here it stands an hour after the assignment."""
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def mine(assigned: list[Grading], client: Client) -> Grading:
    """Work on the desk of the grader who is logged in."""
    client.force_login(assigned[0].grader)
    return assigned[0]


def url(of: Grading, name: str = "grading") -> str:
    return reverse(f"desk:{name}", args=[of.alias])


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


# Who may come in


def test_strangers_log_in_first(client: Client, assigned: list[Grading]) -> None:
    response = client.get(INDEX)
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/desk/")


@pytest.mark.parametrize("is_superuser", [False, True])
def test_who_is_no_grader_gets_403_everywhere(client: Client, assigned: list[Grading], is_superuser: bool) -> None:
    client.force_login(User.objects.create(username="boris", is_superuser=is_superuser, is_staff=is_superuser))
    one = assigned[0]
    pages = [client.get(INDEX), client.get(url(one)), client.post(url(one), RIGHT)]
    pages += [client.post(url(one, "take_up")), client.post(url(one, "skip"), {"why": "No."})]
    assert [page.status_code for page in pages] == [403] * 5


def test_another_graders_work_is_not_there(client: Client, assigned: list[Grading], mark: MarkIt) -> None:
    client.force_login(assigned[0].grader)
    other = assigned[1]
    mark(assigned[0])
    pages = [client.get(url(other)), client.post(url(other), RIGHT), client.post(url(other, "take_up"))]
    pages += [client.post(url(other, "skip"), {"why": "No."})]
    assert [page.status_code for page in pages] == [404] * 4
    assert Mark.objects.filter(grading=other).count() == 0


@pytest.mark.parametrize("name", ["take_up", "skip"])
def test_changes_need_a_post(client: Client, mine: Grading, name: str) -> None:
    assert client.get(url(mine, name)).status_code == 405


def test_nothing_is_kept_in_a_cache_or_by_an_etag(client: Client, mine: Grading) -> None:
    response = client.get(INDEX)
    assert "no-store" in response.headers["Cache-Control"]
    assert not {"ETag", "Last-Modified"} & set(response.headers)


# The list


def test_an_empty_desk_says_so(client: Client, graders: list[User]) -> None:
    client.force_login(graders[0])
    assert "Nothing to grade" in text(client, INDEX)


def test_the_list_is_in_the_order_of_the_aliases_with_progress(
    client: Client, mine: Grading, mark: MarkIt, task: object
) -> None:
    for alias in ("ZZZZ-2222", "AAAA-2222", "MMMM-2222"):
        work = Submission.objects.create(
            code=alias,
            task=mine.submission.task,
            state=SubmissionState.SUBMITTED,
            prepared_at=mine.assigned_at,
            started_at=mine.assigned_at,
            deadline_at=mine.assigned_at,
        )
        Grading.objects.create(
            submission=work,
            grader=mine.grader,
            alias=alias,
            assigned_at=mine.assigned_at,
            lease_until=mine.lease_until,
        )
    mark(mine)
    page = text(client, INDEX)
    assert re.findall(r"[AMZ]{4}-2222(?=</span>)", page) == ["AAAA-2222", "MMMM-2222", "ZZZZ-2222"]
    assert "1 of 4" in page


def test_work_whose_lease_ran_out_is_not_on_the_list(client: Client, mine: Grading) -> None:
    assert mine.alias in text(client, INDEX)
    with time_machine.travel(mine.lease_until + timedelta(seconds=1), tick=False):
        client.force_login(mine.grader)
        assert mine.alias not in text(client, INDEX)


# One piece of work


def test_work_is_opened_with_a_button_and_then_shown(client: Client, mine: Grading) -> None:
    assert client.get(url(mine)).headers["Location"] == INDEX
    assert client.post(url(mine, "take_up")).headers["Location"] == url(mine)
    page = text(client, url(mine))
    for shown in ("No signal since Monday!", "@angry", ANSWER, "tone 0", "facts 3", "Would it harm us?"):
        assert shown in page
    assert f"<title>{mine.alias}" in page
    assert "17 words, at most 250 allowed" in page


def test_the_page_has_no_inline_script_or_style(client: Client, mine: Grading) -> None:
    client.post(url(mine, "take_up"))
    page = text(client, url(mine))
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon[a-z]+=|<style", page)


def test_the_page_is_in_the_graders_language(client: Client, mine: Grading) -> None:
    client.post(url(mine, "take_up"))
    client.cookies["django_language"] = "ru"
    page = text(client, url(mine))
    assert "Злой тред" in page
    assert "Навредит ли это?" in page
    assert "The angry thread" not in page


def test_what_is_written_is_shown_as_text(client: Client, mine: Grading) -> None:
    Submission.objects.update(text="<script>alert(1)</script>")
    client.post(url(mine, "take_up"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text(client, url(mine))


def test_marks_are_handed_in_and_then_shown_as_they_stand(client: Client, mine: Grading) -> None:
    client.post(url(mine, "take_up"))
    assert client.post(url(mine), RIGHT).headers["Location"] == INDEX
    assert dict(Mark.objects.values_list("criterion__code", "level")) == {"tone": 2, "facts": 3}
    page = text(client, url(mine))
    for shown in ("Warm and exact.", "tone 2", "facts 3", "87%"):
        assert shown in page
    assert "<form" not in page.split("<main")[1].split("</main")[0]


def test_the_other_graders_marks_are_never_shown(client: Client, mine: Grading, assigned: list[Grading]) -> None:
    other = assigned[1]
    client.post(url(mine, "take_up"))
    Grading.objects.filter(pk=other.pk).update(comment="OTHER-GRADERS-COMMENT")
    for name in ("before", "after"):
        assert "OTHER-GRADERS-COMMENT" not in text(client, url(mine)) + text(client, INDEX), name
        client.post(url(mine), RIGHT)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"level-tone": ""}, "Choose the level that fits best."),
        ({"level-tone": "9"}, "Select a valid choice"),
        ({"veto": ""}, "This field is required."),
        ({"veto": "yes"}, "A veto needs a reason"),
        ({"veto": "yes", "reason": "   "}, "A veto needs a reason"),
    ],
)
def test_what_is_missing_is_said_at_its_place_and_nothing_typed_is_lost(
    client: Client, mine: Grading, change: dict[str, str], sentence: str
) -> None:
    client.post(url(mine, "take_up"))
    response = client.post(url(mine), RIGHT | change)
    page = response.content.decode()
    assert response.status_code == 400
    assert sentence in page
    assert "Warm and exact." in page
    assert Mark.objects.count() == 0


def test_a_veto_with_a_reason_is_taken(client: Client, mine: Grading) -> None:
    client.post(url(mine, "take_up"))
    client.post(url(mine), RIGHT | {"veto": "yes", "reason": "PC-3: promises money."})
    mine.refresh_from_db()
    assert (mine.is_vetoed, mine.veto_reason) == (True, "PC-3: promises money.")


def test_a_second_handing_in_is_refused_with_a_sentence(client: Client, mine: Grading) -> None:
    client.post(url(mine, "take_up"))
    client.post(url(mine), RIGHT)
    response = client.post(url(mine), RIGHT | {"level-tone": "0"})
    assert response.status_code == 409
    assert "stay as they are" in response.content.decode()
    assert Mark.objects.get(criterion__code="tone").level == 2


def test_after_the_lease_the_sentence_comes_and_the_words_stay(client: Client, mine: Grading) -> None:
    client.post(url(mine, "take_up"))
    with time_machine.travel(mine.assigned_at + timedelta(days=4), tick=False):
        client.force_login(mine.grader)
        response = client.post(url(mine), RIGHT)
    assert response.status_code == 409
    assert "ran out" in response.content.decode()
    assert "Warm and exact." in response.content.decode()


def test_work_is_given_back_with_a_reason(client: Client, mine: Grading) -> None:
    client.post(url(mine, "take_up"))
    assert client.post(url(mine, "skip"), {"why": ""}).status_code == 400
    assert client.post(url(mine, "skip"), {"why": "I recognise the author."}).headers["Location"] == INDEX
    mine.refresh_from_db()
    assert (mine.state, mine.ending_reason) == (GradingState.SKIPPED, "I recognise the author.")
    assert mine.alias not in text(client, INDEX)
    response = client.post(url(mine, "take_up"), follow=True)
    assert "no longer on your desk" in response.content.decode()
    response = client.post(url(mine, "skip"), {"why": "Again."}, follow=True)
    assert "no longer on your desk" in response.content.decode()


def test_an_answer_that_was_never_written_is_shown_as_such(client: Client, mine: Grading) -> None:
    Submission.objects.update(text="")
    client.post(url(mine, "take_up"))
    assert "Nothing was written" in text(client, url(mine))


def test_the_group_of_graders_is_the_one_that_the_roof_makes() -> None:
    assert Role.GRADER.value == grading.GRADER_GROUP
