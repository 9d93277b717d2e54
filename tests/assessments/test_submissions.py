"""A submission: written in one tab, kept as it is typed, handed in once, ended by the server's clock."""

from datetime import datetime, timedelta

import pytest

from assessments import submissions
from assessments.models import Submission
from assessments.models.tasks import SubmissionState
from assessments.refusals import Incomplete, NotNow, Stale, TooLate
from journal.models import Entry
from tests.assessments.conftest import ANSWER, TAB

pytestmark = pytest.mark.django_db
MINUTES, GRACE = 40, 30


def start(submission: Submission, now: datetime) -> datetime:
    submissions.start(submission=submission, writer=TAB, at=now)
    return now + timedelta(minutes=MINUTES)


def hand_in(submission: Submission, at: datetime, text: str = ANSWER, tab: str = TAB) -> Submission:
    return submissions.hand_in(submission=submission, writer=tab, text=text, at=at)


def save(submission: Submission, at: datetime, text: str, tab: str = TAB) -> Submission:
    return submissions.save_draft(submission=submission, writer=tab, text=text, at=at)


def verbs() -> list[str]:
    return list(Entry.objects.order_by("sequence").values_list("verb", flat=True))


CLOCK = [
    ("at once", -MINUTES * 60, "new"),
    ("in time", -1, "new"),
    ("at the deadline", 0, "new"),
    ("half a second late", 0.5, "new"),
    ("at the end of grace", GRACE, "new"),
    ("after grace", GRACE + 0.001, "draft"),
    ("an hour late", 3600, "draft"),
]


@pytest.mark.parametrize(("case", "late", "kept"), CLOCK, ids=[row[0] for row in CLOCK])
def test_the_servers_clock_decides_which_text_counts(
    submission: Submission, now: datetime, case: str, late: float, kept: str
) -> None:
    deadline = start(submission, now)
    save(submission, now, "draft")
    at = deadline + timedelta(seconds=late)
    done = hand_in(submission, at, "new")
    assert (done.state, done.text) == (SubmissionState.SUBMITTED, kept)
    assert done.finished_at == (at if kept == "new" else deadline)
    assert verbs()[-1] == ("hand_in" if kept == "new" else "close_submission")


def test_who_never_returns_hands_in_the_last_draft(submission: Submission, now: datetime) -> None:
    deadline = start(submission, now)
    save(submission, now + timedelta(minutes=12), "half an answer")
    assert submissions.close_overdue(at=deadline + timedelta(seconds=GRACE)) == []
    closed = submissions.close_overdue(at=deadline + timedelta(hours=2))
    assert [(s.state, s.text, s.finished_at) for s in closed] == [
        (SubmissionState.SUBMITTED, "half an answer", deadline)
    ]
    assert submissions.close_overdue(at=deadline + timedelta(hours=3)) == []


def test_who_wrote_nothing_is_judged_by_people_too(submission: Submission, now: datetime) -> None:
    deadline = start(submission, now)
    (closed,) = submissions.close_overdue(at=deadline + timedelta(hours=2))
    assert (closed.state, closed.text, closed.share) == (SubmissionState.SUBMITTED, "", None)


def test_a_clock_set_forward_takes_no_time_away(submission: Submission, now: datetime) -> None:
    submissions.start(submission=submission, writer=TAB, at=now, ticks=50.0)
    wall, ticks = now + timedelta(minutes=49), 50.0 + 39 * 60
    assert submissions.close_overdue(at=wall, ticks=ticks) == []
    done = submissions.hand_in(submission=submission, writer=TAB, text=ANSWER, at=wall, ticks=ticks)
    assert (done.text, done.clock_stepped) == (ANSWER, True)


@pytest.mark.parametrize("text", ["", "   \n", "— … !"])
def test_an_empty_answer_is_refused(submission: Submission, now: datetime, text: str) -> None:
    start(submission, now)
    with pytest.raises(Incomplete, match="empty"):
        hand_in(submission, now, text)
    assert verbs() == ["prepare_submission", "start_submission"]


@pytest.mark.parametrize(("words", "taken"), [(250, True), (251, False)])
def test_the_word_limit_counts_words(submission: Submission, now: datetime, words: int, taken: bool) -> None:
    start(submission, now)
    text = "слово " * words
    save(submission, now, text)
    if taken:
        assert hand_in(submission, now, text).state == SubmissionState.SUBMITTED
        return
    with pytest.raises(Incomplete, match="has 251 words, the limit is 250"):
        hand_in(submission, now, text)
    assert Submission.objects.get(pk=submission.pk).text == text


@pytest.mark.parametrize(
    ("text", "count"),
    [("Wi-Fi работает с 11:30, см. help@kedr.example", 6), ("don’t worry", 2), ("3.5 ГБ", 2), ("  \n", 0)],
)
def test_how_words_are_counted(text: str, count: int) -> None:
    assert submissions.word_count(text) == count


def test_a_stale_tab_gets_a_sentence_and_overwrites_nothing(submission: Submission, now: datetime) -> None:
    start(submission, now)
    save(submission, now, "the newer text")
    submissions.start(submission=submission, writer="new", at=now)
    for act in (save, hand_in):
        with pytest.raises(Stale, match="opened in another tab") as refused:
            act(submission, now, "stale")
        assert refused.value.status == 409
    assert Submission.objects.get(pk=submission.pk).text == "the newer text"
    assert hand_in(submission, now, tab="new").text == ANSWER


def test_before_the_start_and_after_the_end_nothing_is_taken(submission: Submission, now: datetime) -> None:
    with pytest.raises(NotNow, match="not been started"):
        save(submission, now, "early")
    start(submission, now)
    hand_in(submission, now)
    for act in (
        lambda: save(submission, now, "late"),
        lambda: hand_in(submission, now, "late"),
        lambda: start(submission, now),
    ):
        with pytest.raises(NotNow, match="handed in already"):
            act()
    assert Submission.objects.get(pk=submission.pk).text == ANSWER
    assert verbs() == ["prepare_submission", "start_submission", "hand_in"]


def test_a_draft_after_grace_is_refused(submission: Submission, now: datetime) -> None:
    deadline = start(submission, now)
    with pytest.raises(TooLate, match="What was saved before counts"):
        save(submission, deadline + timedelta(minutes=1), "late")


def test_what_no_database_keeps_is_taken_out(submission: Submission, now: datetime) -> None:
    start(submission, now)
    assert save(submission, now, "a\x00b\r\nc").text == "ab\nc"


def test_a_stuck_key_does_not_fill_the_disk(submission: Submission, now: datetime) -> None:
    start(submission, now)
    with pytest.raises(Incomplete, match="characters"):
        save(submission, now, "а" * 50_001)


def test_there_is_no_result_before_the_graders_are_done(handed_in: Submission) -> None:
    with pytest.raises(NotNow, match="graders are not done"):
        submissions.result(submission=handed_in)
