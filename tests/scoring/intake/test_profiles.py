"""Known sources, each on a small export written after its documentation."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import gettext, override

from scoring.intake import ProfileError
from scoring.intake.load_profiles import TITLES, shipped_profiles, title_of
from scoring.intake.profiles import parse, write
from scoring.intake.shapes import flattened
from tests.scoring.intake.files import PROFILES, Result, csv_text, put, workbook

EPOCH = 1767225600
CHATWOOT = {
    "rating": 5,
    "feedback_message": "ok",
    "message_id": 99,
    "conversation_id": 123,
    "created_at": EPOCH,
    "assigned_agent": {"id": 7, "name": "Ann Lee", "email": "ann@kedr.example"},
    "contact": {"id": 3},
}
UPDATED = {
    "event": "message_updated",
    "id": 100,
    "created_at": EPOCH,
    "conversation": {"display_id": 124, "meta": {"assignee": {"email": "ann@kedr.example"}}},
    "content_attributes": {"submitted_values": {"csat_survey_response": {"rating": 2, "feedback_message": "slow"}}},
}
INTERCOM = {
    "id": "c1",
    "conversation_rating": {
        "rating": 4,
        "remark": "",
        "created_at": EPOCH,
        "contact": {"id": "u"},
        "teammate": {"type": "admin", "id": "A-1"},
    },
}
LIVECHAT = {
    "id": "chat1",
    "users": [
        {"id": "u1", "type": "customer"},
        {"id": "ann@kedr.example", "type": "agent"},
        {"id": "oleg@kedr.example", "type": "agent"},
    ],
    "thread": {
        "id": "t1",
        "created_at": "2026-01-31T10:22:00Z",
        "properties": {"rating": {"score": 1, "comment": "thanks"}},
    },
}
JIVO = {
    "event_name": "chat_finished",
    "chat_id": 9,
    "topic": {"title": "eSIM"},
    "visitor": {"number": "v1"},
    "agents": [{"id": "1", "email": "ann@kedr.example"}, {"id": "2", "email": "oleg@kedr.example"}],
    "chat": {
        "rate": "positive",
        "messages": [
            *({"type": "agent", "agent_id": "1", "timestamp": EPOCH + at} for at in range(3)),
            {"type": "agent", "agent_id": "2", "timestamp": EPOCH},
            {"type": "visitor", "timestamp": EPOCH},
        ],
    },
}

RESPONSE = {
    "id": "s1",
    "answers": [{"type": "rating_scale", "rating": 5}, {"type": "open_ended", "value": "ok"}],
    "subjects": [{"id": 7, "type": "ticket"}],
}


def from_json(tmp_path: Path, name: str, *records: dict[str, Any]) -> Result:
    return Result(put(tmp_path, json.dumps(list(records))), profile=PROFILES[name])


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_shipped_profiles_read_back_as_written(name: str) -> None:
    assert parse(write(PROFILES[name])) == PROFILES[name]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("name = ", "not_toml"),
        ('name = "x"\ncolour = "red"', "unknown_key"),
        ("title = 'x'", "bad_value"),
        ('name = "x"\ninstrument = "stars"', "bad_value"),
        ('name = "x"\nzone = "Mars/Olympus"', "bad_value"),
        ('name = "x"\nkind = "ratings"\n[columns]\nmood = "Mood"', "bad_value"),
        ('name = "x"\ncolumns = 5', "bad_value"),
        ('name = "x"\nencoding = "klingon"', "bad_value"),
        ('name = "x"\ndelimiter = ";;"', "bad_value"),
        ('name = "x"\n[columns]\nrating = [5]', "bad_value"),
        ('name = "x"\nzone = 5', "bad_value"),
        ('name = "x"\nkey = "chat_id"', "bad_value"),
        ('name = "x"\nepoch = "yes"', "bad_value"),
        ('name = "x"\nvalues = ["good"]', "bad_value"),
        ('name = "x"\nkind = "ratings"\ninstrument = "thumbs"\n[values]\ngood = 5', "bad_value"),
    ],
)
def test_profiles_that_cannot_be_used_say_why(text: str, code: str) -> None:
    with pytest.raises(ProfileError) as raised:
        parse(text)
    assert raised.value.args[0] == code


def places(part: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a payload something stands."""
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in inner:
        yield (*above, name)
        yield from places(value, (*above, name))


@pytest.mark.parametrize("odd", [None, 0, True, "x", [], [1], [[]], {}, {"id": {}}], ids=repr)
@pytest.mark.parametrize(
    ("shape", "payload"),
    [
        ("chatwoot", UPDATED),
        ("intercom", INTERCOM),
        ("livechat", LIVECHAT),
        ("jivo", JIVO),
        ("zendesk_survey_responses", RESPONSE),
    ],
)
def test_payloads_of_another_make_break_nothing(shape: str, payload: dict[str, Any], odd: Any) -> None:
    for place in places(payload):
        changed = deepcopy(payload)
        reduce(getitem, place[:-1], changed)[place[-1]] = odd
        assert all(isinstance(one, dict) for one in flattened(changed, shape)), place


def test_chatwoot_answers_and_webhooks_share_their_keys(tmp_path: Path) -> None:
    found = from_json(tmp_path, "chatwoot_csat_json", CHATWOOT, UPDATED)
    assert found.columns["key"] == ["chatwoot:message:99", "chatwoot:message:100"]
    assert (found.columns["chat_id"], found.columns["value"], found.columns["agent"]) == (
        ["123", "124"],
        [5, 2],
        [1, 1],
    )
    assert found.times() == ["2026-01-01T00:00:00"] * 2


def test_chatwoot_without_an_agent_is_refused_not_guessed(tmp_path: Path) -> None:
    nobody = {name: value for name, value in CHATWOOT.items() if name != "assigned_agent"} | {"message_id": 1}
    assert from_json(tmp_path, "chatwoot_csat_json", CHATWOOT, nobody).refused == [(2, "missing_value")]


def test_zendesk_offers_are_kept_and_unoffered_tickets_left_out(tmp_path: Path) -> None:
    scores = ["good", "bad", "offered", "unoffered", "good_with_comment"]
    records = [
        {
            "id": at,
            "ticket_id": at,
            "assignee_id": "A-1",
            "requester_id": 5,
            "score": score,
            "comment": None,
            "created_at": "2026-01-31T10:22:00Z",
            "updated_at": "2026-02-01T10:22:00Z",
        }
        for at, score in enumerate(scores, start=1)
    ]
    found = Result(
        put(tmp_path, json.dumps({"satisfaction_ratings": records, "count": 5})),
        profile=PROFILES["zendesk_satisfaction"],
    )
    assert (found.columns["value"], found.seen.instrument) == ([1, 0, None, 1], "thumbs")
    assert {"ignored_rows", "unanswered"} <= found.notes
    assert found.reading is not None
    assert found.reading.tally.records == 4


def test_zendesk_survey_responses_are_unfolded(tmp_path: Path) -> None:
    answers = [
        {"type": "rating_scale", "rating": 4, "updated_at": "2026-01-31T10:22:00Z"},
        {"type": "open_ended", "value": "quick"},
        {"type": "closed_ended", "selections": ["speed"]},
    ]
    found = from_json(
        tmp_path,
        "zendesk_csat_responses",
        {"id": "r1", "ticket_id": 7, "assignee_id": "A-1", "answers": answers},
        {
            "id": "r2",
            "ticket_id": 8,
            "assignee_id": "A-1",
            "answers": [{"type": "skipped"}],
            "created_at": "2026-01-31T10:22:00Z",
        },
    )
    assert (found.columns["value"], found.columns["comment"]) == ([4, None], ["quick", ""])


def test_intercom_leaves_bots_out_and_keeps_requests(tmp_path: Path) -> None:
    asked = {**INTERCOM, "id": "c2", "conversation_rating": {**INTERCOM["conversation_rating"], "rating": None}}
    bot = {
        **INTERCOM,
        "id": "c3",
        "conversation_rating": {**INTERCOM["conversation_rating"], "teammate": {"type": "bot", "id": "f"}},
    }
    found = from_json(tmp_path, "intercom", INTERCOM, asked, bot, {"id": "c4", "conversation_rating": None})
    assert (found.columns["chat_id"], found.columns["value"]) == (["c1", "c2"], [4, None])


def test_livechat_credits_agents_equally(tmp_path: Path) -> None:
    found = from_json(tmp_path, "livechat", LIVECHAT, {"id": "chat2", "thread": {"id": "t2"}})
    assert (found.columns["agent"], found.columns["share"]) == ([1, 2], [0.5, 0.5])
    assert found.columns["key"] == ["livechat:t1/ann@kedr.example", "livechat:t1/oleg@kedr.example"]


def test_jivo_credits_agents_by_their_messages(tmp_path: Path) -> None:
    silent = {**JIVO, "chat_id": 10, "chat": {**JIVO["chat"], "rate": None}}
    found = from_json(tmp_path, "jivo", JIVO, silent)
    assert found.columns["share"] == [0.75, 0.25, 0.75, 0.25]
    assert (found.columns["value"], found.columns["topic"][0]) == ([1, 1, None, None], "eSIM")


def test_freshdesk_faces_are_three_points(tmp_path: Path) -> None:
    records = [
        {
            "id": at,
            "ticket_id": at,
            "agent_id": "A-1",
            "user_id": 5,
            "feedback": "",
            "ratings": {"default_question": code},
            "created_at": "2026-01-31T10:22:00Z",
        }
        for at, code in enumerate([103, 100, -103, 102], start=1)
    ]
    found = from_json(tmp_path, "freshdesk", *records)
    assert (found.columns["value"], found.refused) == ([1, 0, -1], [(4, "unknown_code")])


def test_help_scout_words(tmp_path: Path) -> None:
    records = [
        {
            "threadId": at,
            "ticketId": 1,
            "rating": word,
            "comments": "",
            "user": {"email": "ann@kedr.example", "id": 3},
            "createdAt": "2026-01-31T10:22:00Z",
        }
        for at, word in enumerate(["Great", "Okay", "Bad"])
    ]
    found = from_json(tmp_path, "helpscout", *records)
    assert (found.columns["value"], found.columns["agent"]) == ([1, 0, -1], [1, 1, 1])


def test_chatwoot_as_a_workbook(tmp_path: Path) -> None:
    header = [
        "Agent Name",
        "Rating",
        "Feedback Comment",
        "Contact Name",
        "Contact Email Address",
        "Contact Phone Number",
        "Link to the conversation",
        "Recorded date",
        "Review Notes",
    ]
    line = [
        "Ann Lee (ann@kedr.example)",
        4,
        "",
        "",
        "c@x.example",
        "",
        "https://c.example/conversations/77/",
        "2026-01-31 10:22:00 UTC",
        "",
    ]
    found = Result(
        workbook(tmp_path, {"r": [header, line, [], ["Reporting period 2026-01-01 to 2026-01-31"]]}),
        profile=PROFILES["chatwoot_csat_csv"],
    )
    assert (found.columns["key"], found.columns["agent"]) == (["chatwoot:77|2026-01-31 10:22:00"], [1])


def test_a_table_from_1c(tmp_path: Path) -> None:
    header = ["Номер документа", "Обращение", "Таб. №", "Оценка клиента", "Дата документа", "Примечание"]
    text = "Оценки клиентов;;;;;\r\nПериод: январь 2026;;;;;\r\n" + csv_text(
        [["0001", "О-17", "A-1", "5,00", "31.01.2026 10:22:00", "хорошо"], ["Итого", "", "", "5,00", "", ""]],
        header,
        delimiter=";",
    )
    found = Result(put(tmp_path, text, encoding="cp1251"), profile=PROFILES["one_c_russian"])
    assert (found.columns["key"], found.columns["value"], found.times()) == (["0001"], [5], ["2026-01-31T07:22:00"])
    assert "totals_row_skipped" in found.notes


def test_every_shipped_title_is_in_the_catalogue_of_translations() -> None:
    titles = {one.title for one in shipped_profiles().values()}
    assert set(TITLES) == titles - {"1С и Excel по-русски"}
    with override("ru"):
        assert title_of("surveys") == "Выгрузка опросов вместе с оставшимися без ответа"
        assert all(gettext(title) != title for title in TITLES)
    assert title_of("surveys") == "Survey export with unanswered surveys"
