"""What waits for HR, the most urgent first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models.tasks import SubmissionState
from scoring.flags import open_flags
from scoring.models import Batch, PolicyVersion, Rating, RatingDispute, ScoreRun
from scoring.models.batches import BatchState
from scoring.models.disputes import DisputeState
from scoring.models.policies import PolicyState
from scoring.models.runs import RunState
from scoring.replacements import open_replacements
from selection.hr.run_form import policy_label
from selection.models import Appeal, Candidate, Round
from selection.models.candidates import AppealState
from selection.models.rounds import RoundPhase
from selection.stages import Stage

OPEN_BATCHES = (BatchState.UPLOADED, BatchState.CHECKED, BatchState.STAGING)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to do: a sentence, where to do it, and the name of the button."""

    sentence: str
    url: str
    label: str


def tasks() -> list[Task]:
    """What waits for HR: people first, then files and drafts."""
    return [*_appeals(), *_objections(), *_replacements(), *_flags(), *_candidates(), *_evidence(), *_policies()]


def first_steps() -> list[Task]:
    """The way for a company that has only begun: evidence, scores, a round. Steps that are done are left out."""
    steps: list[tuple[QuerySet[Any], Task]] = [
        (
            Rating.objects.all(),
            Task(sentence=_("Import agents and ratings."), url=address("hr:evidence"), label=_("Import")),
        ),
        (
            ScoreRun.objects.filter(state=RunState.FINISHED),
            Task(sentence=_("Run the scores under a policy."), url=address("hr:new_run"), label=_("Run the scores")),
        ),
        (
            Round.objects.all(),
            Task(sentence=_("Open a round and nominate."), url=address("hr:open_round"), label=_("Open a round")),
        ),
    ]
    return [task for found, task in steps if not found.exists()]


def address(name: str) -> str:
    """The address of a page, empty while it is not built."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _appeals() -> Iterator[Task]:
    for appeal in Appeal.objects.filter(state=AppealState.OPEN).select_related("candidate__agent").order_by("made_at"):
        told = _("%(agent)s objects and waits for an answer.") % {"agent": appeal.candidate.agent}
        yield Task(sentence=told, url=reverse("hr:candidate", args=[appeal.candidate_id]), label=_("Answer"))


def _objections() -> Iterator[Task]:
    count = RatingDispute.objects.filter(state=DisputeState.OPEN).count()
    if count:
        told = ngettext("%(n)d objection to a rating waits.", "%(n)d objections to ratings wait.", count) % {"n": count}
        yield Task(sentence=told, url=f"{reverse('hr:disputes')}?state=open", label=_("Answer"))


def _replacements() -> Iterator[Task]:
    count = open_replacements().count()
    if count:
        told = ngettext(
            "%(n)d replacement of stored values waits for a second person.",
            "%(n)d replacements of stored values wait for a second person.",
            count,
        )
        yield Task(sentence=told % {"n": count}, url=f"{reverse('hr:replacements')}?state=open", label=_("Decide"))


def _flags() -> Iterator[Task]:
    count = open_flags().count()
    if count:
        told = ngettext("%(n)d thing about the files looks odd.", "%(n)d things about the files look odd.", count)
        yield Task(sentence=told % {"n": count}, url=reverse("hr:flags"), label=_("Look"))


def _candidates() -> Iterator[Task]:
    graded = Q(stage=Stage.GRADING, invitation__submission__state=SubmissionState.GRADED)
    waiting = (
        Candidate.objects.exclude(round__phase=RoundPhase.CLOSED)
        .values("round_id", "round__title")
        .annotate(
            graded=Count("pk", filter=graded),
            assessed=Count("pk", filter=Q(stage=Stage.ASSESSED)),
            nominated=Count("pk", filter=Q(stage=Stage.NOMINATED)),
        )
        .order_by("round_id")
    )
    for found in waiting:
        yield from _of_round(found)


def _of_round(found: Mapping[str, Any]) -> Iterator[Task]:
    url = reverse("hr:round", args=[found["round_id"]])
    counts: dict[str, int] = {name: found[name] for name in ("graded", "assessed", "nominated")}
    sentences = {
        "graded": ngettext(
            "“%(round)s”: %(n)d result is ready.", "“%(round)s”: %(n)d results are ready.", counts["graded"]
        ),
        "assessed": ngettext(
            "“%(round)s”: %(n)d candidate is assessed; propose or decline.",
            "“%(round)s”: %(n)d candidates are assessed; propose or decline.",
            counts["assessed"],
        ),
        "nominated": ngettext(
            "“%(round)s”: %(n)d nominated agent waits for an invitation.",
            "“%(round)s”: %(n)d nominated agents wait for an invitation.",
            counts["nominated"],
        ),
    }
    labels = {"graded": _("Take over"), "assessed": _("Decide"), "nominated": _("Invite")}
    for name, count in counts.items():
        if count:
            sentence = sentences[name] % {"round": found["round__title"], "n": count}
            yield Task(sentence=sentence, url=url, label=labels[name])


def _evidence() -> Iterator[Task]:
    for batch in Batch.objects.filter(Q(state__in=OPEN_BATCHES) | Q(state=BatchState.PUBLISHED, waiting__gt=0))[:10]:
        told = {"file": batch.file_name, "state": batch.get_state_display(), "n": batch.waiting}
        sentence = _("%(file)s: %(state)s.") % told
        if batch.state == BatchState.PUBLISHED:
            sentence = (
                ngettext(
                    "%(file)s: %(n)d record waits for an agent who is not known.",
                    "%(file)s: %(n)d records wait for agents who are not known.",
                    batch.waiting,
                )
                % told
            )
        yield Task(sentence=sentence, url=address("hr:evidence"), label=_("Look"))


def _policies() -> Iterator[Task]:
    for version in PolicyVersion.objects.filter(state=PolicyState.DRAFT):
        told = _("The policy %(policy)s is a draft and waits for a second person.") % {"policy": policy_label(version)}
        yield Task(sentence=told, url=reverse("hr:policy", args=[version.pk]), label=_("Read"))
