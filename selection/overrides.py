"""The human hand: a step against the verdict needs a code and a text, and is kept with the step itself."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from scoring.models import Score
from scoring.models.runs import Verdict
from selection.models import Candidate, Override
from selection.models.overrides import NOMINATE, OverrideReason
from selection.refusals import Kind, Refused

FORWARD = frozenset({NOMINATE, "propose", "release", "approve"})
BACK = frozenset({"decline", "refuse_release", "refuse_approval"})
SHORTEST = 10


def goes_against(step: str, *, verdict: str, is_eligible: bool) -> bool:
    """Whether a step goes against the verdict: on with somebody unlikely or held back, no to one of the best.

    "Borderline" and "not enough data" leave it to people, so nothing goes against them.
    """
    if step in FORWARD:
        return verdict == Verdict.UNLIKELY or not is_eligible
    return step in BACK and verdict == Verdict.CLEAR


def is_override(step: str, score: Score | None) -> bool:
    """The same of a step with a score; without a score there is nothing to go against."""
    return score is not None and goes_against(step, verdict=score.verdict, is_eligible=score.is_eligible)


def require_reason(step: str, score: Score | None, *, code: str, text: str) -> None:
    """Refuse a step against the verdict that does not say why, by one of the codes and in words."""
    if not is_override(step, score):
        return
    if code not in OverrideReason.values:
        known = ", ".join(f"{reason.value} ({reason.label})" for reason in OverrideReason)
        raise Refused(
            Kind.INCOMPLETE,
            _("This goes against the verdict of the scores. Choose why: %(reasons)s.") % {"reasons": known},
        )
    if len(text.strip()) < SHORTEST:
        raise Refused(
            Kind.INCOMPLETE,
            _("This goes against the verdict of the scores. Say in at least ten characters what you know better."),
        )


def keep_override(
    *, candidate: Candidate, step: str, code: str, text: str, actor: User, at: datetime
) -> Override | None:
    """Keep a step that goes against the verdict, in the transaction of the step, which journals it."""
    score = candidate.score
    if score is None or not is_override(step, score):
        return None
    return Override.objects.create(
        candidate=candidate,
        move=step,
        verdict=score.verdict,
        was_eligible=score.is_eligible,
        code=code,
        text=text.strip(),
        actor=actor,
        at=at,
    )
