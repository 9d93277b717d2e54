"""Nested records of known sources brought into flat form: one dictionary of cells per rating.

Facts of the payloads: docs of Chatwoot, Zendesk, Intercom, LiveChat and Jivo. Names inside follow the payload with
dots (`assigned_agent.email`); names that begin with `_` are computed here.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from scoring.intake.grids import NESTED, BadCell

Record = dict[str, Any]


class DoubleName(ValueError):
    """A record says `agent.id` and has an `id` inside its `agent`; `args` holds the name."""


def flattened(record: Record, shape: str) -> Iterator[Record]:
    """Give the flat records of one nested record; none when it holds no rating of a person."""
    for one in _SHAPES.get(shape, _as_is)(record):
        yield flat(one)


def flat(record: Record, prefix: str = "") -> Record:
    """Join nested names with dots; a list is no value of a cell, an empty one is an empty cell.

    A name that also comes about by joining stands twice: then the record is `DoubleName`.
    """
    found: Record = {}
    for name, value in record.items():
        whole = f"{prefix}{name}"
        inner = flat(value, f"{whole}.") if isinstance(value, dict) else {whole: _plain(value)}
        if not found.keys().isdisjoint(inner):
            raise DoubleName(next(one for one in inner if one in found))
        found |= inner
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return BadCell(json.dumps(value, ensure_ascii=False), NESTED) if value else None
    return value


def _part(record: Record, *names: str) -> Record:
    """The object under these names, one inside the other; an empty one where a payload has anything else."""
    found: Any = record
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _list(record: Record, name: str) -> list[Any]:
    found = record.get(name)
    return found if isinstance(found, list) else []


def _parts(record: Record, name: str) -> list[Record]:
    """The objects of a list; whatever else stands in it is passed over."""
    return [one for one in _list(record, name) if isinstance(one, dict)]


def _as_is(record: Record) -> Iterator[Record]:
    yield record


def _chatwoot(record: Record) -> Iterator[Record]:
    """The API's list item as it is, or the `message_updated` payload with the answer inside."""
    response = _part(record, "content_attributes", "submitted_values", "csat_survey_response")
    if not response:
        if "rating" in record:
            yield record
        return
    conversation = _part(record, "conversation")
    yield {
        "message_id": record.get("id"),
        "rating": response.get("rating"),
        "feedback_message": response.get("feedback_message"),
        "conversation_id": conversation.get("display_id") or conversation.get("id"),
        "assigned_agent": _part(conversation, "meta", "assignee"),
        "created_at": record.get("updated_at") or record.get("created_at"),
    }


def _zendesk_survey(record: Record) -> Iterator[Record]:
    """A survey response holds typed answers; the rating scale is the mark, an open answer the comment."""
    answers = _parts(record, "answers")
    ratings = [one for one in answers if one.get("rating") is not None]
    rating = ratings[0] if ratings else {}
    words = next((one for one in answers if one.get("type") in ("open_ended", "open-ended")), {})
    yield {
        **{name: value for name, value in record.items() if name != "answers"},
        "_ticket": _ticket(record),
        # Two questions with a scale each: no mark is the mark, and a list of them is refused.
        "_rating": [one["rating"] for one in ratings] if len(ratings) > 1 else rating.get("rating"),
        "_comment": words.get("value") or words.get("text"),
        "_rated_at": rating.get("updated_at")
        or rating.get("created_at")
        or record.get("updated_at")
        or record.get("created_at"),
    }


def _ticket(record: Record) -> Any:
    subjects = _parts(record, "subjects")
    return next((one.get("id") for one in subjects if "ticket" in str(one.get("type", "ticket"))), None)


def _intercom(record: Record) -> Iterator[Record]:
    """A conversation with its rating; those without one, and those of bots, are not surveys of a person."""
    rating = record.get("conversation_rating")
    if not isinstance(rating, dict):
        return
    teammate = _part(rating, "teammate")
    if teammate.get("type") in ("bot", "fin") or "bot" in str(teammate.get("name", "")).lower().split():
        return
    yield {
        **{name: value for name, value in record.items() if name != "conversation_parts"},
        "_rated_at": rating.get("created_at"),
        "_rater": (_part(rating, "contact") or _part(rating, "customer")).get("id"),
    }


def _livechat(record: Record) -> Iterator[Record]:
    """A chat or archive item: rating in the thread's properties, agents among its users; each gets an equal share."""
    thread = _part(record, "thread") or record
    rating = _part(thread, "properties", "rating")
    if rating.get("score") is None:
        return
    users = _parts(record, "users")
    agents = [one.get("id") for one in users if one.get("type") == "agent"]
    if not agents:
        agents = [one for one in _list(thread, "user_ids") if "@" in str(one)]
    customer = next((one.get("id") for one in users if one.get("type") == "customer"), None)
    for agent in agents or [None]:
        yield {
            "_key": thread.get("id"),
            "chat_id": record.get("id"),
            "_rating": rating.get("score"),
            "_comment": rating.get("comment"),
            "_agent": agent,
            "_rater": customer,
            "_share": 1 / len(agents) if agents else None,
            "_rated_at": rating.get("created_at") or thread.get("created_at"),
        }


def _jivo(record: Record) -> Iterator[Record]:
    """A finished chat: the mark is a text, agents are credited by their share of the agents' messages."""
    chat = _part(record, "chat")
    if not chat:
        return
    messages = _parts(chat, "messages")
    counts = Counter(str(one.get("agent_id")) for one in messages if one.get("type") == "agent")
    people = _parts(record, "agents") or [_part(record, "assigned_agent")]
    total = sum(counts[str(one.get("id"))] for one in people)
    stamps = [
        int(str(one["timestamp"])) for one in messages if re.fullmatch(r"\d{1,19}", str(one.get("timestamp")), re.A)
    ]
    for one in people:
        part = counts[str(one.get("id"))] / total if total else 1 / len(people)
        if part:
            yield {
                "chat_id": record.get("chat_id"),
                "_rating": chat.get("rate"),
                "_agent": one.get("email") or one.get("id"),
                "_share": part,
                "_topic": _part(record, "topic").get("title"),
                "_rater": _part(record, "visitor").get("number") or _part(record, "visitor").get("email"),
                "_rated_at": max(stamps, default=None),
            }


_SHAPES: dict[str, Callable[[Record], Iterator[Record]]] = {
    "chatwoot": _chatwoot,
    "zendesk_survey_responses": _zendesk_survey,
    "intercom": _intercom,
    "livechat": _livechat,
    "jivo": _jivo,
}
