"""Answers that the customer changed: of several in one file the latest counts, where its own time tells which it is."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.intake.ledger import CONFLICT, DUPLICATE, REPLACED, UNIQUE, Ledger
from tests.scoring.intake.files import PLAIN, PROFILES, Result, csv_text, put, row

ZENDESK = ["id", "ticket_id", "assignee_id", "score", "comment", "updated_at"]


def zendesk(tmp_path: Path, *answers: tuple[str, str]) -> Result:
    """One survey, answered at these days."""
    rows = [[7, 70, "A-1", score, "", f"2026-09-{day}T10:00:00Z"] for score, day in answers]
    return Result(put(tmp_path, csv_text(rows, ZENDESK)), profile=PROFILES["zendesk_satisfaction"])


def message(day: int, rating: int) -> dict[str, Any]:
    """A webhook of Chatwoot after an answer."""
    return {
        "id": 100,
        "updated_at": f"2026-09-{day:02d}T10:00:00Z",
        "conversation": {"display_id": 124, "meta": {"assignee": {"email": "ann@kedr.example"}}},
        "content_attributes": {"submitted_values": {"csat_survey_response": {"rating": rating}}},
    }


@pytest.mark.parametrize("answers", [(("good", "01"), ("bad", "03")), (("bad", "03"), ("good", "01"))])
def test_the_later_answer_counts_wherever_it_stands(tmp_path: Path, answers: tuple[tuple[str, str], ...]) -> None:
    found = zendesk(tmp_path, *answers)
    assert (found.columns["value"], found.refused) == ([0], [])
    assert found.reading is not None
    assert (found.reading.tally.replaced, found.notes) == (1, {"changed_answer"})


def test_repeats_of_the_later_answer_are_repeats(tmp_path: Path) -> None:
    found = zendesk(tmp_path, ("good", "01"), ("bad", "03"), ("good", "01"), ("bad", "03"))
    assert found.reading is not None
    assert (found.records, found.reading.tally.replaced, found.reading.tally.duplicates) == ([2], 2, 1)


def test_two_answers_that_were_given_last_contradict_each_other(tmp_path: Path) -> None:
    found = zendesk(tmp_path, ("good", "01"), ("good", "03"), ("bad", "03"))
    assert (found.records, found.refused) == ([], [(1, "conflict_id"), (2, "conflict_id"), (3, "conflict_id")])


def test_an_answer_comes_after_the_offer_of_the_same_moment(tmp_path: Path) -> None:
    found = zendesk(tmp_path, ("good", "01"), ("offered", "01"))
    assert (found.columns["value"], found.notes) == ([1], {"changed_answer"})


def test_a_log_of_webhooks_ends_with_the_last_answer(tmp_path: Path) -> None:
    text = "\n".join(json.dumps(message(day, rating)) for day, rating in ((1, 2), (5, 4), (3, 1)))
    found = Result(put(tmp_path, text), profile=PROFILES["chatwoot_csat_json"])
    assert (found.columns["value"], found.records, found.refused) == ([4], [2], [])


def test_where_answers_do_not_change_a_later_one_contradicts(tmp_path: Path) -> None:
    rows = [row(1), row(1, rating=5, rated_at="2026-09-20 10:22:00")]
    found = Result(put(tmp_path, csv_text(rows)), profile=PLAIN)
    assert found.refused == [(1, "conflict_id"), (2, "conflict_id")]


def test_the_ledger_orders_the_same_in_memory_and_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"k{at % 300}" for at in range(1000)]
    contents = list(range(1000))
    said = np.arange(1000) // 600
    (tmp_path / "a").mkdir()
    memory, disk = Ledger(tmp_path / "a", ordered=True), Ledger(tmp_path, ordered=True)
    memory.add(keys, contents, said)
    monkeypatch.setattr("scoring.intake.ledger.HELD", 99)
    for start in range(0, 1000, 50):
        disk.add(keys[start : start + 50], contents[start : start + 50], said[start : start + 50])
    verdicts = memory.verdicts()
    assert np.array_equal(verdicts, disk.verdicts())
    # Of the first 100 keys two answers came last, of the others one.
    counts = {code: int((verdicts == code).sum()) for code in (UNIQUE, DUPLICATE, CONFLICT, REPLACED)}
    assert counts == {UNIQUE: 200, DUPLICATE: 0, CONFLICT: 400, REPLACED: 400}
