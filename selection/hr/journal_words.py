"""Entries of the journal as people read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.contrib.auth.models import User
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.models import Entry
from selection.models.candidates import MOVE_NAMES

VERBS = {
    **MOVE_NAMES,
    "open_round": gettext_lazy("open a round"),
    "nominate": gettext_lazy("nominate"),
    "next_phase": gettext_lazy("go on to the next phase"),
    "make_appeal": gettext_lazy("object"),
    "answer_appeal": gettext_lazy("answer an objection"),
    "draft_policy": gettext_lazy("draft a policy"),
    "revise_policy": gettext_lazy("revise a draft of a policy"),
    "discard_policy": gettext_lazy("discard a draft of a policy"),
    "publish_policy": gettext_lazy("publish a policy"),
    "retire_policy": gettext_lazy("retire a policy"),
    "acknowledge_policy": gettext_lazy("acknowledge a policy"),
    "ask_reference": gettext_lazy("ask for a reference"),
    "hand_in_reference": gettext_lazy("hand in a reference"),
    "decline_reference": gettext_lazy("decline to give a reference"),
    "request_run": gettext_lazy("ask for scores"),
    "compare_policies": gettext_lazy("compare policies"),
    "what_if": gettext_lazy("ask what if"),
    "finish_run": gettext_lazy("finish the scores"),
    "calibrate": gettext_lazy("calibrate the method"),
    "install_policy": gettext_lazy("install a policy that ships with Rostrum"),
    "receive_file": gettext_lazy("receive a file"),
    "map_columns": gettext_lazy("map the columns of a file"),
    "drop_file": gettext_lazy("drop a file"),
    "save_profile": gettext_lazy("keep a mapping as a profile"),
    "confirm_import": gettext_lazy("confirm an import"),
    "cancel_import": gettext_lazy("cancel an import"),
    "resume_import": gettext_lazy("go on with an import"),
    "publish_batch": gettext_lazy("publish a batch"),
    "withdraw_batch": gettext_lazy("withdraw a batch"),
    "read_again": gettext_lazy("read a file again, after a batch it shares ratings with was withdrawn"),
    "ask_replacement": gettext_lazy("ask to replace stored values"),
    "decline_replacement": gettext_lazy("decline to replace stored values"),
    "replace_incidents": gettext_lazy("replace what viral incidents say"),
    "replace_ratings": gettext_lazy("replace stored ratings"),
    "resolve_agent": gettext_lazy("say who a name is"),
    "fail_run": gettext_lazy("give a score run up"),
    "record_incident": gettext_lazy("record a viral incident"),
    "rate_severity": gettext_lazy("mark the severity of a viral incident"),
    "settle_severity": gettext_lazy("settle the severity of a viral incident"),
    "add_pictures": gettext_lazy("add pictures to a viral incident"),
    "decide_incident": gettext_lazy("decide about a viral incident"),
    "state_own_words": gettext_lazy("answer a viral incident of one's own"),
    "dispute_rating": gettext_lazy("object to a rating"),
    "decide_dispute": gettext_lazy("decide about an objection to a rating"),
    "raise_flags": gettext_lazy("notice something odd about a batch"),
    "clear_flag": gettext_lazy("clear what looked odd"),
    "rebuild_cells": gettext_lazy("count the cells again"),
    "refresh_cells": gettext_lazy("take the cells from the warehouse"),
    "prepare_sitting": gettext_lazy("prepare a knowledge test"),
    "start_sitting": gettext_lazy("start a knowledge test"),
    "resume_sitting": gettext_lazy("go on with a knowledge test"),
    "submit_sitting": gettext_lazy("submit a knowledge test"),
    "close_sitting": gettext_lazy("close a knowledge test by the clock"),
    "prepare_submission": gettext_lazy("prepare a test task"),
    "start_submission": gettext_lazy("start a test task"),
    "resume_submission": gettext_lazy("go on with a test task"),
    "close_submission": gettext_lazy("close a test task by the clock"),
    "grant_extra_time": gettext_lazy("grant extra time"),
    "assign_graders": gettext_lazy("draw the graders"),
    "add_grader": gettext_lazy("add a grader"),
    "take_up_grading": gettext_lazy("take up a grading"),
    "skip_grading": gettext_lazy("skip a grading"),
    "void_grading": gettext_lazy("void a grading"),
    "mark": gettext_lazy("hand in marks"),
    "change_task": gettext_lazy("change a test task"),
    "change_rubric": gettext_lazy("change a rubric"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry: when, who, what, about which thing, and the details it kept."""

    sequence: int
    at: datetime
    actor: str
    verb: str
    subject: str
    detail: list[tuple[str, str]]
    hash: str


def readable(entries: Iterable[Entry]) -> list[Line]:
    """Word a page of entries; the journal holds no names, so they are read from the logins, in one query."""
    shown = list(entries)
    people = _people(entry.actor for entry in shown)
    return [
        Line(
            sequence=entry.sequence,
            at=entry.at,
            actor=people.get(entry.actor, entry.actor if ":" in entry.actor else _("the system")),
            verb=verb_name(entry.verb),
            subject=f"{kind_name(entry.subject_kind)} {entry.subject_id}",
            detail=[(name, str(value)) for name, value in entry.detail.items() if value not in ("", None)],
            hash=entry.hash,
        )
        for entry in shown
    ]


def verb_name(verb: str) -> str:
    """What was done; a verb without a name of its own stands for itself."""
    return capfirst(str(VERBS.get(verb, verb.replace("_", " "))))


def kind_name(kind: str) -> str:
    """What kind of thing it was done to, as its model is called."""
    app, _dot, model = kind.partition(".")
    try:
        return capfirst(str(apps.get_model(app, model)._meta.verbose_name))
    except LookupError:
        return kind


def kinds() -> list[tuple[str, str]]:
    """The kinds of things that the journal knows, for the filter."""
    found = Entry.objects.order_by("subject_kind").values_list("subject_kind", flat=True).distinct()
    return [(kind, kind_name(kind)) for kind in found]


def verbs() -> list[tuple[str, str]]:
    """What has been done so far, for the filter."""
    found = Entry.objects.order_by("verb").values_list("verb", flat=True).distinct()
    return [(verb, verb_name(verb)) for verb in found]


def _people(actors: Iterable[str]) -> dict[str, str]:
    keys = {actor.removeprefix("user:") for actor in actors if actor.startswith("user:")}
    logins = User.objects.filter(pk__in=[int(key) for key in keys if key.isdigit()])
    return {f"user:{login.pk}": login.get_full_name() or login.username for login in logins}
