"""Viral records: one chat that went public. Links are checked as text and kept; nothing is fetched."""

from typing import Any

import scoring.intake.cells as cells
from scoring.intake.records import Chunk, Conversion, Setting
from scoring.intake.refusals import Problem
from scoring.intake.tables import Block
from scoring.intake.urls import LONGEST, link

_SIGNS = {
    "positive": "positive",
    "good": "positive",
    "позитив": "positive",
    "позитивная": "positive",
    "положительная": "positive",
    "positiv": "positive",
    "+": "positive",
    "negative": "negative",
    "bad": "negative",
    "негатив": "negative",
    "негативная": "negative",
    "отрицательная": "negative",
    "-": "negative",
    "mixed": "mixed",
    "neutral": "mixed",
    "смешанная": "mixed",
    "нейтральная": "mixed",
}
SEVERITIES = (1, 4)


def virals(block: Block, setting: Setting) -> Chunk:
    """Turn one block into viral records with the fields

    key (the chat), chat_id, agent (roster id or None), agent_ref, agent_by, flagged_at, is_viral, sign (positive,
    negative, mixed, or '' when the file does not say), severity (1 to 4 or None), url, views, platform, reason.
    """
    work = Conversion(block, setting)
    fields = work.fields
    fields["chat_id"] = work.identifier("chat_id", 120, required=True)
    fields["key"] = fields["chat_id"]
    people = work.agents()
    fields["agent"] = [person.id if person else None for person in people]
    fields["flagged_at"] = work.moments("flagged_at", required=True)
    fields["is_viral"] = work.values("is_viral", cells.flag, required=True)
    fields["sign"] = [value or "" for value in work.values("sign", _sign)]
    fields["severity"] = work.values("severity", cells.score(*SEVERITIES))
    fields["url"] = _links(work)
    fields["views"] = work.values("views", cells.count)
    fields["platform"] = work.name("platform", 60)
    fields["reason"] = work.text("reason")
    return work.chunk("viral")


def _links(work: Conversion) -> list[str]:
    found, problems = cells.texts(work.raw("url"), longest=LONGEST, unclean=work.seen.unclean)
    work.blame("url", problems)
    return (
        [value or "" for value in work.values("url", lambda cell: link(cells.bare(cells.plain(cell).strip())))]
        if work.has("url")
        else found
    )


def _sign(cell: Any) -> str | Problem:
    text = cells.bare(cells.plain(cell).strip()).lower()
    return _SIGNS.get(text, Problem("bad_sign")) if text else ""
