"""What looks odd about a published file is put before HR, once; a person clears it with a reason."""

import json
import random
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from journal.models import Entry
from scoring import flag_reading
from scoring.batch_tasks import load_evidence
from scoring.batches import confirm, withdraw
from scoring.disputes import decide_dispute, dispute_rating
from scoring.flags import clear_flag, flag_batch, look_over, open_flags, why_not_clear
from scoring.intake import Choices
from scoring.intake.load import import_file
from scoring.management.commands import import_evidence
from scoring.models import Agent, Batch, IntegrityFlag, Rating
from scoring.models.disputes import DisputeState
from scoring.models.flags import FlagCode, FlagState
from scoring.refusals import EvidenceRefused
from tests.cast import NOW, Cast
from tests.scoring.test_batches import VIRAL, WHY, cast, checked, imported

HEAD = "rating_id,chat_id,agent_id,rating,rated_at,comment\n"
REASON = "I read the chats: a mailing brought all these customers."
__all__ = ["cast"]
Row = tuple[str, object, datetime, str]


def ordinary(*agents: str, first: datetime = datetime(2026, 9, 1, 6, tzinfo=UTC), days: int = 30) -> list[Row]:
    """Four ratings a day for each agent, at any time of the day's eight hours."""
    rng = random.Random(3)
    moments = [first + timedelta(days=day, minutes=rng.randrange(480)) for day in range(days) for _ in range(4)]
    return [(agent, rng.choice([3, 4, 5]), moment, "") for moment in moments for agent in agents]


def text(rows: list[Row], *, series: str = "a") -> str:
    """Rows as a file; the numbers of the chats have no order."""
    lines = [
        f"{series}{place},{(place * 7919) % 1_000_003}x{series},{agent},{value},{moment:%Y-%m-%dT%H:%M:%SZ},{words}\n"
        for place, (agent, value, moment, words) in enumerate(rows)
    ]
    return HEAD + "".join(lines)


@pytest.fixture(autouse=True)
def people(cast: Cast) -> None:
    """Five more agents, T-1 to T-5."""
    for number in range(1, 6):
        Agent.objects.create(staff_number=f"T-{number}", full_name=f"Agent {number}", created_at=NOW)


def flagged(rows: list[Row], cast: Cast, *, series: str = "a") -> list[IntegrityFlag]:
    """Import a file as Hanna and look at it."""
    batch = imported(text(rows, series=series), cast.hanna)
    assert batch.refused == 0
    return flag_batch(batch=batch, at=NOW)


def told(flags: list[IntegrityFlag]) -> list[tuple[str, str]]:
    """Codes and agents."""
    return [(flag.code, flag.agent.staff_number if flag.agent else "") for flag in flags]


USUAL = ordinary("T-1", "T-2", "T-3", "T-4", "T-5")
EVENING = datetime(2026, 9, 20, 17, tzinfo=UTC)
BURST: list[Row] = [("T-2", 5, EVENING + timedelta(minutes=3 * number), "") for number in range(12)]


def test_an_ordinary_file_raises_nothing(cast: Cast) -> None:
    assert flagged(USUAL, cast) == []
    assert not Entry.objects.filter(verb="raise_flags").exists()


def test_a_burst_of_top_ratings_is_flagged_with_its_time(cast: Cast) -> None:
    (flag,) = flagged(USUAL + BURST, cast)
    assert told([flag]) == [(FlagCode.BURST, "T-2")]
    assert flag.detail["count"] == 12
    assert (flag.detail["start"], flag.detail["end"]) == ("2026-09-20T17:00:00+00:00", "2026-09-20T17:33:00+00:00")
    entry = Entry.objects.get(verb="raise_flags")
    assert (entry.subject_id, entry.detail) == (str(flag.batch_id), {"burst": 1})


def test_history_is_what_was_published_before(cast: Cast) -> None:
    flagged(USUAL, cast)
    assert told(flagged(BURST, cast, series="b")) == [(FlagCode.BURST, "T-2")]


def test_agents_are_looked_at_in_pieces_of_bounded_size(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flag_reading, "AT_ONCE", 250)
    batch = imported(text(USUAL + BURST), cast.hanna)
    assert [len(piece.ratings) for piece in flag_reading.pieces(batch)] == [120, 132, 240, 120]
    assert told(flag_batch(batch=batch, at=NOW)) == [(FlagCode.BURST, "T-2")]


def test_the_command_looks_at_what_it_imports(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "burst.csv"
    path.write_text(text(USUAL + BURST))
    call_command("import_evidence", "ratings", str(path), "--dry-run", stdout=StringIO())
    assert not IntegrityFlag.objects.exists()
    call_command("import_evidence", "ratings", str(path), stdout=StringIO())
    assert told(list(IntegrityFlag.objects.all())) == [(FlagCode.BURST, "T-2")]
    assert Batch.objects.get().understanding["coverage"] == {"2026-09-01": 612}


def test_the_command_gives_its_result_before_it_looks(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "burst.csv"
    path.write_text(text(USUAL + BURST))
    out, errors, printed = StringIO(), StringIO(), []

    def looked(**given: Any) -> list[IntegrityFlag]:
        printed.append(json.loads(out.getvalue())["added"])
        return look_over(**given)

    monkeypatch.setattr(import_evidence, "look_over", looked)
    call_command("import_evidence", "ratings", str(path), "--json", stdout=out, stderr=errors)
    assert printed == [612]
    assert json.loads(out.getvalue())["accepted"] == 612
    assert errors.getvalue().splitlines() == [
        "The import is done. Looking for what seems odd …",
        "1 thing looks odd. HR is asked about it.",
    ]


def test_the_command_can_leave_looking_to_the_worker(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "burst.csv"
    path.write_text(text(USUAL + BURST))
    monkeypatch.setattr(import_evidence, "look_over", Mock(side_effect=AssertionError))
    out, errors = StringIO(), StringIO()
    call_command("import_evidence", "ratings", str(path), "--leave-watch", stdout=out, stderr=errors)
    assert errors.getvalue() == "The background worker looks for what seems odd.\n"
    assert told(list(IntegrityFlag.objects.all())) == [(FlagCode.BURST, "T-2")]


def test_a_polite_command_pauses_like_the_worker(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "usual.csv"
    path.write_text(text(USUAL))
    pause = Mock()
    monkeypatch.setattr(import_evidence, "Manners", lambda: pause)
    call_command("import_evidence", "ratings", str(path), "--dry-run", stdout=StringIO())
    assert pause.call_count == 0
    call_command("import_evidence", "ratings", str(path), "--polite", stdout=StringIO(), stderr=StringIO())
    assert pause.call_count > 0
    assert Rating.objects.count() == 600


def test_the_worker_looks_at_what_it_loads(cast: Cast) -> None:
    batch = checked(text(USUAL + BURST), cast.hanna)
    confirm(batch=batch, actor=cast.hanna, at=NOW)
    load_evidence.enqueue(batch.pk, "en")
    assert told(list(IntegrityFlag.objects.all())) == [(FlagCode.BURST, "T-2")]


def test_a_burst_of_low_ratings_is_not_flagged(cast: Cast) -> None:
    assert flagged([*USUAL, *((agent, 1, moment, words) for agent, _value, moment, words in BURST)], cast) == []


def test_one_text_again_and_again_is_flagged(cast: Cast) -> None:
    praise = "Thank you so much dear Agent 3"
    copied: list[Row] = [
        (agent, value, moment, praise if agent == "T-3" and place % 20 == 2 else f"Remark number {place} of a customer")
        for place, (agent, value, moment, _words) in enumerate(ordinary("T-1", "T-2", "T-3", "T-4"))
    ]
    (flag,) = flagged(copied, cast)
    assert told([flag]) == [(FlagCode.IDENTICAL_TEXTS, "T-3")]
    assert flag.detail["text"] == "thank you so much dear agent 3"
    assert flag.detail["elsewhere"] == 0


def test_ratings_from_long_before_the_file_are_flagged(cast: Cast) -> None:
    old: list[Row] = [("T-4", 5, datetime(2026, 5, day, 9, tzinfo=UTC), "") for day in range(3, 9)]
    flags = {flag.code: flag for flag in flagged(USUAL + old, cast)}
    assert told([flags[FlagCode.BACKDATED]]) == [(FlagCode.BACKDATED, "T-4")]
    assert flags[FlagCode.BACKDATED].detail == {"count": 6, "before": "2026-09-01"}


def test_a_few_ratings_added_to_a_reported_month_are_flagged(cast: Cast) -> None:
    imported(text(ordinary("T-1", "T-2", first=datetime(2026, 7, 2, 6, tzinfo=UTC), days=28)), cast.hanna)
    late: list[Row] = [("T-1", 5, datetime(2026, 7, day, 12, tzinfo=UTC), "") for day in range(10, 15)]
    again = [*ordinary("T-1", "T-2", first=datetime(2026, 8, 2, 6, tzinfo=UTC), days=28), *late]
    batch = imported(text(again, series="b"), cast.hanna)
    Batch.objects.filter(pk=batch.pk).update(published_at=NOW + timedelta(minutes=1))
    batch.refresh_from_db()
    (flag,) = flag_batch(batch=batch, at=NOW)
    assert told([flag]) == [(FlagCode.CLOSED_PERIOD, "T-1")]
    assert flag.detail == {"count": 5, "months": ["2026-07-01"]}


def unanswered(numbers: list[str], folder: Path) -> list[IntegrityFlag]:
    """Import surveys of which three in ten are not answered, of T-5 eight in ten, and look at them."""
    size = len(numbers)
    rows: list[Row] = [
        (agent, "" if (place // size) % 10 < (8 if agent == "T-5" else 3) else 4, moment, "")
        for place, (agent, _value, moment, _words) in enumerate(ordinary(*numbers))
    ]
    path = folder / "offered.csv"
    path.write_text(text(rows))
    choices = Choices(empty_rating="not_answered")
    import_file(path, kind="ratings", choices=choices, as_of=NOW, at=NOW)
    return flag_batch(batch=Batch.objects.get(), at=NOW)


def test_four_colleagues_are_too_few_to_compare_shares_of_answers(cast: Cast, tmp_path: Path) -> None:
    assert unanswered(["T-1", "T-2", "T-3", "T-4", "T-5"], tmp_path) == []


def test_an_agent_whose_customers_answer_less_than_others_is_flagged(cast: Cast, tmp_path: Path) -> None:
    (flag,) = unanswered(["T-1", "T-2", "T-3", "T-4", "T-5", "S-13"], tmp_path)
    assert told([flag]) == [(FlagCode.RESPONSE_RATE, "T-5")]
    assert (flag.detail["offered"], flag.detail["rate"]) == (120, 0.2)
    assert flag.detail["expected"] == pytest.approx((5 * 0.7 + 0.2) / 6, abs=0.001)


def test_a_month_left_out_is_flagged_once_for_the_source(cast: Cast) -> None:
    august = ordinary("T-1", first=datetime(2026, 8, 1, 6, tzinfo=UTC))
    october = ordinary("T-1", first=datetime(2026, 10, 1, 6, tzinfo=UTC))
    (flag,) = flagged(august + october, cast)
    assert (flag.code, flag.agent, flag.detail["months"]) == (FlagCode.COVERAGE_GAP, None, ["2026-09-01"])
    later = ordinary("T-1", first=datetime(2026, 11, 1, 6, tzinfo=UTC), days=15)
    assert flagged(later, cast, series="b") == []


def test_chats_left_out_of_a_whole_series_are_flagged(cast: Cast) -> None:
    whole = text(USUAL).splitlines()
    numbered = [line.split(",") for line in whole[1:]]
    rows = [",".join([key, f"C-{1000 + place}", *rest]) for place, (key, _chat, *rest) in enumerate(numbered)]
    kept = [row for place, row in enumerate(rows) if place % 97 != 5]
    batch = imported(HEAD + "\n".join(kept) + "\n", cast.hanna)
    (flag,) = flag_batch(batch=batch, at=NOW)
    assert (flag.code, flag.agent) == (FlagCode.MISSING_NUMBERS, None)
    assert flag.detail == {"missing": len(rows) - len(kept), "present": len(kept), "longest": 1}


def test_a_rating_that_was_disputed_with_success_is_recognised_in_a_new_batch(cast: Cast) -> None:
    mine = [("S-13", value, moment, words) for _agent, value, moment, words in ordinary("T-1")]
    first = imported(text(mine), cast.hanna)
    rating = Rating.objects.order_by("pk")[5]
    objection = dispute_rating(rating=rating, reason="This customer rated another chat.", actor=cast.ania, at=NOW)
    decide_dispute(dispute=objection, state=DisputeState.UPHELD, reason=REASON, actor=cast.pavel, at=NOW)
    withdraw(batch=first, reason=WHY, actor=cast.hanna, at=NOW)
    (flag,) = flagged(mine, cast)
    assert told([flag]) == [(FlagCode.DISPUTED_BEFORE, "S-13")]
    assert flag.detail == {"count": 1}


def test_looking_again_adds_nothing(cast: Cast) -> None:
    (flag,) = flagged(USUAL + BURST, cast)
    assert flag_batch(batch=flag.batch, at=NOW) == []
    assert IntegrityFlag.objects.count() == 1
    assert Entry.objects.filter(verb="raise_flags").count() == 1


def test_only_published_ratings_are_looked_at(cast: Cast) -> None:
    assert flag_batch(batch=imported(VIRAL, cast.hanna, kind="viral"), at=NOW) == []
    batch = imported(text(USUAL + BURST), cast.hanna)
    withdraw(batch=batch, reason=WHY, actor=cast.hanna, at=NOW)
    batch.refresh_from_db()
    assert flag_batch(batch=batch, at=NOW) == []


def test_flags_of_a_withdrawn_batch_no_longer_wait(cast: Cast) -> None:
    (flag,) = flagged(USUAL + BURST, cast)
    assert list(open_flags()) == [flag]
    withdraw(batch=flag.batch, reason=WHY, actor=cast.hanna, at=NOW)
    assert list(open_flags()) == []


def test_a_colleague_clears_a_flag_with_a_reason(cast: Cast) -> None:
    (flag,) = flagged(USUAL + BURST, cast)
    cleared = clear_flag(flag=flag, reason=REASON, actor=cast.pavel, at=NOW)
    assert (cleared.state, cleared.reason, cleared.cleared_by) == (FlagState.CLEARED, REASON, cast.pavel)
    assert Entry.objects.get(verb="clear_flag").detail["reason"] == REASON
    assert list(open_flags()) == []
    with pytest.raises(EvidenceRefused, match="cleared already"):
        clear_flag(flag=flag, reason=REASON, actor=cast.pavel, at=NOW)


def test_a_flag_is_not_cleared_by_whom_it_is_about_nor_without_a_reason(cast: Cast) -> None:
    ania: list[Row] = [("S-13", *rest) for _agent, *rest in BURST]  # type: ignore[misc]
    (flag,) = flagged(USUAL + ania, cast)
    assert "about themselves" in why_not_clear(flag, cast.ania)
    with pytest.raises(EvidenceRefused, match="they brought in"):
        clear_flag(flag=flag, reason=REASON, actor=cast.hanna, at=NOW)
    with pytest.raises(EvidenceRefused, match="sentence"):
        clear_flag(flag=flag, reason="fine", actor=cast.pavel, at=NOW)
    assert why_not_clear(flag, cast.pavel) == ""


def test_the_database_wants_a_reason_and_one_flag_of_a_kind(cast: Cast) -> None:
    (flag,) = flagged(USUAL + BURST, cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        IntegrityFlag.objects.filter(pk=flag.pk).update(state=FlagState.CLEARED, cleared_by=cast.pavel, cleared_at=NOW)
    for agent in (flag.agent, None):
        again = IntegrityFlag(batch=flag.batch, agent=agent, code=flag.code, raised_at=NOW)
        if agent is None:
            again.save()
            again.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save()
