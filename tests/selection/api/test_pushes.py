"""Pushing evidence: the same importer as files, done once however often it is sent."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from rest_framework.response import Response
from rest_framework.test import APIClient

from scoring.models import Batch, IntegrityFlag, Rating, ViralIncident
from scoring.models.batches import BatchState
from scoring.models.flags import FlagCode
from selection.models import Push
from tests.cast import NOW, Cast
from tests.selection.api.conftest import Caller, incident, rating

RATINGS = "/api/v1/ratings/"
INCIDENTS = "/api/v1/viral-incidents/"


@pytest.fixture
def hanna(cast: Cast, api: Caller) -> APIClient:
    """HR's machine."""
    return api(cast.hanna)


def push(client: APIClient, *records: Any, key: str | None = None, **more: Any) -> Response:
    """Push ratings, named or not."""
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"instrument": "csat5", "records": list(records)} | more
    answer: Response = client.post(RATINGS, body, format="json", headers=headers)
    return answer


def test_ratings_come_in(hanna: APIClient, cast: Cast) -> None:
    answer = push(hanna, *(rating(number) for number in range(30)))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["action"], told["records"], told["accepted"], told["added"]) == ("accept", 30, 30, 30)
    assert cast.agents["ania"].ratings.count() == 30
    batch = Batch.objects.get(pk=told["batch"])
    assert (batch.state, batch.created_by) == (BatchState.PUBLISHED, cast.hanna)


def test_the_same_records_again_add_nothing(hanna: APIClient) -> None:
    push(hanna, *(rating(number) for number in range(5)))
    again = push(hanna, *(rating(number) for number in range(7))).json()
    assert (again["accepted"], again["added"], again["unchanged"]) == (7, 2, 5)
    assert Rating.objects.count() == 7


def test_the_same_key_gets_the_same_answer(hanna: APIClient) -> None:
    first, second = (push(hanna, rating(1), key="night 22") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert (Batch.objects.count(), Rating.objects.count()) == (1, 1)


def test_another_persons_key_is_another_key(hanna: APIClient, cast: Cast, api: Caller) -> None:
    push(hanna, rating(1), key="night 22")
    assert push(api(cast.pavel), rating(2), key="night 22").status_code == 201


def test_a_key_is_not_used_for_other_records(hanna: APIClient) -> None:
    push(hanna, rating(1), key="night 22")
    answer = push(hanna, rating(2), key="night 22")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "not_now")
    assert Rating.objects.count() == 1


def test_a_request_under_way_is_not_done_twice(hanna: APIClient) -> None:
    push(hanna, rating(1), key="night 22")
    Push.objects.update(answer=None)
    assert push(hanna, rating(1), key="night 22").status_code == 409
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        assert push(hanna, rating(1), key="night 22").status_code == 201
    assert Rating.objects.count() == 1


def test_a_push_that_broke_off_can_be_sent_again(hanna: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_paths: Any, **_options: Any) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("selection.pushes.import_file", broken)
        with pytest.raises(OSError, match="disk full"):
            push(hanna, rating(1), key="night 22")
    assert push(hanna, rating(1), key="night 22").status_code == 201


@pytest.mark.parametrize("key", ["", "a" * 201, "ночь"])
def test_a_key_is_short_and_plain(key: str, hanna: APIClient) -> None:
    answer = hanna.generic(
        "POST",
        RATINGS,
        json.dumps({"instrument": "csat5", "records": [rating(1)]}),
        "application/json",
        HTTP_IDEMPOTENCY_KEY=key,
    )
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "Idempotency-Key")


def test_a_bad_record_is_named_and_the_others_come_in(hanna: APIClient) -> None:
    told = push(hanna, rating(1), rating(2, rating=9), rating(3, rated_at="2031-01-01T00:00:00Z")).json()
    assert (told["action"], told["accepted"], told["refused_total"]) == ("accept_partial", 1, 2)
    assert [(one["record"], one["column"]) for one in told["refused"]] == [(2, "rating"), (3, "rated_at")]
    assert all(one["message"] for one in told["refused"])


def test_an_unanswered_survey_counts_as_offered(hanna: APIClient) -> None:
    told = push(hanna, rating(1), rating(2, rating=None)).json()
    assert (told["accepted"], told["unanswered"]) == (2, 1)


def test_an_unknown_agent_waits_or_is_made(hanna: APIClient) -> None:
    assert push(hanna, rating(1), rating(2, agent_id="S-99")).json()["waiting"] == 1
    made = push(hanna, rating(3, agent_id="S-98"), create_agents=True).json()
    assert (made["created_agents"], made["waiting"]) == (1, 0)


def test_what_cannot_be_understood_is_turned_away_whole(hanna: APIClient) -> None:
    records = [{name: value for name, value in rating(1).items() if name != "rated_at"}]
    answer = push(hanna, *records)
    assert (answer.status_code, answer.json()["action"]) == (422, "needs_mapping")
    assert answer.json()["message"]
    assert Rating.objects.count() == 0


def test_the_answer_is_the_one_of_the_command(hanna: APIClient, tmp_path: Path) -> None:
    records = [rating(number, rating=1 + number % 5) for number in range(20)]
    told = push(hanna, *records).json()
    file = tmp_path / "same.json"
    file.write_text(json.dumps(records))
    printed = StringIO()
    call_command("import_evidence", "ratings", file, "--dry-run", "--json", stdout=printed)
    same = json.loads(printed.getvalue())
    assert told.keys() == same.keys()
    assert [told[name] for name in ("action", "records", "accepted")] == ["accept", 20, 20]
    assert [same[name] for name in ("action", "records", "accepted")] == ["accept", 20, 20]


@pytest.mark.parametrize(
    ("body", "attr", "code"),
    [
        ({"records": [rating(1)]}, "instrument", "required"),
        ({"records": [rating(1)], "instrument": "stars"}, "instrument", "invalid_choice"),
        ({"records": [], "instrument": "csat5"}, "records", "invalid"),
        ({"records": {}, "instrument": "csat5"}, "records", "invalid"),
        ({"records": [rating(number) for number in range(5001)], "instrument": "csat5"}, "records", "invalid"),
        ({"records": [rating(1), 7], "instrument": "csat5"}, "records.1", "invalid"),
        ({"records": [rating(1, stage="promoted")], "instrument": "csat5"}, "records.0.stage", "unknown_field"),
        ({"records": [rating(1, is_staff=True)], "instrument": "csat5"}, "records.0.is_staff", "unknown_field"),
        ({"records": [rating(1, comment=["a"])], "instrument": "csat5"}, "records.0.comment", "invalid"),
        ({"records": [rating(1, comment="a\0b")], "instrument": "csat5"}, "records.0.comment", "invalid"),
        ({"records": [rating(1, comment="\ud800")], "instrument": "csat5"}, "records.0.comment", "invalid"),
        ({"records": [rating(1)], "instrument": "csat5", "batch": 1}, "batch", "unknown_field"),
    ],
)
def test_a_malformed_push_names_the_field(body: dict[str, Any], attr: str, code: str, hanna: APIClient) -> None:
    answer = hanna.post(RATINGS, json.dumps(body), content_type="application/json")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["attr"], error["code"]) == (400, attr, code)
    assert Batch.objects.count() == 0


@pytest.mark.parametrize("value", ["=cmd()", "x" * 30_000, 10**400, float(10**300)])
def test_no_value_breaks_the_import(value: Any, hanna: APIClient) -> None:
    for name in ("rating_id", "chat_id", "agent_id", "rating", "rated_at", "comment"):
        sent = json.dumps({"instrument": "csat5", "records": [rating(1), rating(2, **{name: value})]})
        assert hanna.post(RATINGS, sent, content_type="application/json").status_code in {200, 201, 422}


def test_five_thousand_ratings_fit(hanna: APIClient) -> None:
    assert push(hanna, *(rating(number) for number in range(5000))).json()["added"] == 5000


def test_incidents_come_in_unverified(hanna: APIClient, cast: Cast) -> None:
    answer = hanna.post(INCIDENTS, {"records": [incident(1), incident(2)]}, format="json")
    assert (answer.status_code, answer.json()["added"]) == (201, 2)
    assert set(ViralIncident.objects.values_list("state", flat=True)) == {"unverified"}
    listed = hanna.get(INCIDENTS, {"agent": "S-15", "state": "unverified"}).json()["results"]
    assert [one["chat_id"] for one in listed] == ["v-2", "v-1"]


def test_nobody_verifies_by_pushing(hanna: APIClient) -> None:
    answer = hanna.post(INCIDENTS, {"records": [incident(1, state="verified")]}, format="json")
    assert answer.json()["errors"][0]["attr"] == "records.0.state"


def test_the_batches_are_listed_and_reported(hanna: APIClient) -> None:
    number = push(hanna, rating(1), rating(2, rating=9)).json()["batch"]
    hanna.post(INCIDENTS, {"records": [incident(1)]}, format="json")
    listed = hanna.get("/api/v1/batches/", {"kind": "ratings", "state": "published"}).json()["results"]
    assert [one["id"] for one in listed] == [number]
    told = hanna.get(f"/api/v1/batches/{number}/").json()
    assert (told["accepted"], told["refused"]) == (1, 1)
    assert [(one["record"], one["column"], one["value"]) for one in told["refusals"]] == [(2, "rating", "9")]


def loading() -> Batch:
    """Somebody else's import under way."""
    return Batch.objects.create(
        kind="ratings", state=BatchState.STAGING, worker="elsewhere:1:x", heartbeat_at=NOW, created_at=NOW
    )


def test_a_push_beside_a_long_import_is_told_when_to_come_again(hanna: APIClient) -> None:
    other = loading()
    stored = set(Path(settings.EVIDENCE_DIR).glob("*"))
    for key in (None, "night 22"):
        answer = push(hanna, rating(1), key=key)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert answer.json()["errors"][0]["detail"] == "Another import is under way. Try again when it is over."
    assert (Batch.objects.count(), Push.objects.count(), set(Path(settings.EVIDENCE_DIR).glob("*"))) == (1, 0, stored)
    Batch.objects.filter(pk=other.pk).update(state=BatchState.CANCELLED)
    assert push(hanna, rating(1), key="night 22").status_code == 201


def test_what_is_pushed_is_looked_at(hanna: APIClient, cast: Cast) -> None:
    usual = [
        rating(day, rated_at=f"2026-09-{1 + day % 28:02d}T{6 + day % 8:02d}:00:00Z", rating=3) for day in range(60)
    ]
    push(hanna, *usual)
    assert not IntegrityFlag.objects.exists()
    burst = [rating(100 + minute, rated_at=f"2026-10-03T17:{minute:02d}:00Z", rating=5) for minute in range(15)]
    push(hanna, *burst)
    assert [flag.code for flag in IntegrityFlag.objects.all()] == [FlagCode.BURST]


def test_ratings_that_stay_in_the_warehouse_are_not_pushed(hanna: APIClient, settings: Any) -> None:
    settings.EVIDENCE_SOURCE = "duckdb:///ratings/*.parquet"
    answer = push(hanna, rating(1))
    assert (answer.status_code, answer.json()["action"]) == (422, "reject_file")
    assert "stay in the company's warehouse" in answer.json()["message"]
    assert hanna.post(INCIDENTS, {"records": [incident(1)]}, format="json").status_code == 201
    settings.EVIDENCE_SOURCE = ""
    assert push(hanna, rating(1)).status_code == 201


def test_pushed_records_that_contradict_are_replaced_by_two_machines(hanna: APIClient, cast: Cast, api: Caller) -> None:
    push(hanna, rating(1), rating(2))
    batch = push(hanna, rating(1, rating=1), rating(3)).json()["batch"]
    offer = f"/api/v1/batches/{batch}/replacements/"
    (row,) = hanna.get(offer).json()["rows"]
    assert (row["record"], row["key"], row["changes"]) == (1, "r-1", {"rating": [5.0, 1.0]})
    asked = hanna.post(offer, {"records": [1], "reason": "The customer pressed the wrong star."}, format="json")
    assert (asked.status_code, asked.json()["state"]) == (201, "open")
    decide, yes = f"/api/v1/replacements/{asked.json()['id']}/decide/", {"decision": "confirm"}
    alone = hanna.post(decide, yes, format="json")
    assert (alone.status_code, "second person" in alone.json()["errors"][0]["detail"]) == (409, True)
    assert Rating.objects.get(key="r-1").value == 5.0
    done = api(cast.pavel).post(decide, yes, format="json")
    assert (done.status_code, done.json()["state"], done.json()["decided_by"]) == (200, "done", "pavel")
    assert Rating.objects.get(key="r-1").value == 1.0


def test_a_pushed_incident_that_contradicts_is_replaced_by_two_machines(
    hanna: APIClient, cast: Cast, api: Caller
) -> None:
    hanna.post(INCIDENTS, {"records": [incident(1)]}, format="json")
    told = {"records": [incident(1, sign="negative", agent_id="S-16"), incident(2)]}
    batch = hanna.post(INCIDENTS, told, format="json").json()["batch"]
    offer = f"/api/v1/batches/{batch}/replacements/"
    (row,) = hanna.get(offer).json()["rows"]
    assert (row["key"], row["changes"]) == ("v-1", {"agent": ["S-15", "S-16"], "sign": ["positive", "negative"]})
    asked = hanna.post(offer, {"records": [1], "reason": "The agency had marked the wrong thread."}, format="json")
    decide = f"/api/v1/replacements/{asked.json()['id']}/decide/"
    yes = {"decision": "confirm", "reason": "The second thread is the one that was shared."}
    assert hanna.post(decide, yes, format="json").status_code == 409
    without = api(cast.pavel).post(decide, {"decision": "confirm"}, format="json")
    assert (without.status_code, "why the file is right" in without.json()["errors"][0]["detail"]) == (409, True)
    assert api(cast.pavel).post(decide, yes, format="json").json()["state"] == "done"
    (found,) = hanna.get(INCIDENTS, {"agent": "S-16", "sign": "negative"}).json()["results"]
    assert (found["chat_id"], found["batch"]) == ("v-1", batch)
