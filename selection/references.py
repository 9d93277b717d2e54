"""The verbs of references: three people are asked, each says alone what they have seen, and two make a result."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fixtures.content import Scale, ScaleText, read_scales
from journal.record import record
from scoring.formula import mean_with_error
from scoring.models import Agent
from scoring.models.evidence import ResultKind
from scoring.queries import agent_of
from scoring.results import record_result
from selection.models import Candidate, Observation, Reference
from selection.models.references import SHORTEST_OBSERVATION, ReferenceState, Relation
from selection.models.rounds import RoundPhase
from selection.referees import eligible_colleagues, line_manager
from selection.refusals import Kind, Refused
from selection.roles import Login, is_self, person_of
from selection.rounds import require_hr
from selection.stages import OPEN

COLLEAGUES = 2
NEEDED = 2
SHORTEST_REASON = 10
# What two referees of one person usually differ by, as a standard deviation of shares: half a level of four.
USUAL_SPREAD = 1 / 6
ABOUT_ONESELF = gettext_lazy("Nobody reads the references about themselves. Ask a colleague in HR.")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One observation: a level from 1 on, and the case that shows it."""

    level: int
    text: str


@lru_cache(maxsize=1)
def scales() -> tuple[Scale, ...]:
    """The anchored scales, each with an example at every level, as they ship."""
    return tuple(read_scales())


def worded_scales(language: str) -> list[tuple[str, ScaleText]]:
    """The scales by key, in a language."""
    return [(scale.key, scale.by_language.get(language, scale.by_language["en"])) for scale in scales()]


def ask(
    *, candidate: Candidate, colleagues: Sequence[Agent], actor: User, at: datetime, rng: random.Random
) -> list[Reference]:
    """Ask the line manager and two colleagues; colleagues who are not named are drawn.

    Raises Refused for anybody but HR, twice, for a case that is over, and when too few people can be asked.
    """
    _require_hr_of(candidate, actor)
    with transaction.atomic():
        locked = _open_case(candidate)
        if Reference.objects.filter(candidate=locked).exists():
            raise Refused(Kind.NOT_NOW, _("References are asked for already. Replace those who do not answer."))
        manager = line_manager(locked, day=localdate(at))
        chosen = _colleagues(locked, colleagues, at, rng)
        made = [_make(locked, manager, Relation.MANAGER, actor, at)]
        return made + [_make(locked, one, Relation.COLLEAGUE, actor, at) for one in chosen]


def replace(*, reference: Reference, actor: User, at: datetime, rng: random.Random) -> Reference:
    """Ask somebody else in the place of a referee who declined or does not answer; what is handed in stays."""
    _require_hr_of(reference.candidate, actor)
    with transaction.atomic():
        case = _open_case(reference.candidate)
        locked = Reference.objects.select_for_update().get(pk=reference.pk)
        if locked.state not in (ReferenceState.ASKED, ReferenceState.DECLINED):
            raise Refused(Kind.NOT_NOW, _("This reference is not open any more. Reload the page."))
        asked = frozenset(Reference.objects.filter(candidate=case).values_list("referee_id", flat=True))
        another = _another(case, locked, asked, at, rng)
        _close(locked, ReferenceState.RELEASED, at)
        return _make(case, another, Relation(locked.relation), actor, at)


def hand_in(*, reference: Reference, seen: Mapping[str, Seen], actor: User, at: datetime) -> Reference:
    """Hand in what one has seen on every scale; from the second reference on there is a result.

    Raises Refused for anybody but the referee, twice, after the case is over, and without a case for each level.
    """
    _require_referee(reference, actor)
    _check_observations(seen)
    with transaction.atomic():
        case = _open_case(reference.candidate)
        locked = _asked(reference)
        for scale in scales():
            one = seen[scale.key]
            Observation.objects.create(reference=locked, scale=scale.key, level=one.level, text=_plain(one.text))
        _close(locked, ReferenceState.HANDED_IN, at)
        detail = {"candidate": case.pk, "as": locked.relation}
        record(actor=actor, verb="hand_in_reference", subject=locked, at=at, detail=detail)
        _keep_results(case, at)
    return locked


def decline(*, reference: Reference, reason: str, actor: User, at: datetime) -> Reference:
    """Say that one cannot answer: too little seen, or too close. It has no consequences for anybody."""
    _require_referee(reference, actor)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused(Kind.INCOMPLETE, _("Say in at least ten characters why not: HR asks somebody else then."))
    with transaction.atomic():
        _open_case(reference.candidate)
        locked = _asked(reference)
        locked.reason = reason.strip()
        _close(locked, ReferenceState.DECLINED, at)
        detail = {"candidate": locked.candidate_id, "as": locked.relation}
        record(actor=actor, verb="decline_reference", subject=locked, at=at, detail=detail)
    return locked


def obstacle(candidate: Candidate, *, day: date) -> str:
    """Why three people cannot be asked about a candidate now, as a sentence; empty when they can."""
    try:
        line_manager(candidate, day=day)
        _require_enough(len(eligible_colleagues(candidate, day=day)))
    except Refused as refused:
        return refused.sentence
    return ""


def waiting_for(agent: Agent) -> int:
    """How many references an agent is asked for and has not answered."""
    return Reference.objects.filter(referee=agent, state=ReferenceState.ASKED).count()


def owes_reference(reader: Login, candidate: Candidate) -> bool:
    """Whether somebody is asked about a candidate and has not answered yet."""
    agent = agent_of(reader)
    asked = Reference.objects.filter(candidate=candidate, state=ReferenceState.ASKED)
    return agent is not None and asked.filter(referee=agent).exists()


def share(scale: Scale, level: int) -> float:
    """How far up the scale a level stands, from 0 to 1."""
    return (level - 1) / (_top(scale) - 1)


def _keep_results(candidate: Candidate, at: datetime) -> None:
    """Turn what is handed in into evidence about the agent, as soon as there are two."""
    handed_in = Reference.objects.filter(candidate=candidate, state=ReferenceState.HANDED_IN)
    observed = Observation.objects.filter(reference__in=handed_in).order_by("pk")
    for scale in scales():
        shares = [share(scale, one.level) for one in observed if one.scale == scale.key]
        if len(shares) < NEEDED:
            continue
        value, error = mean_with_error(shares, usual_spread=USUAL_SPREAD)
        record_result(
            agent=candidate.agent,
            kind=ResultKind(scale.key),
            value=value,
            standard_error=error,
            observations=len(shares),
            source=f"references:{candidate.pk}",
            taken_at=at,
        )


def _make(candidate: Candidate, referee: Agent, relation: Relation, actor: User, at: datetime) -> Reference:
    made = Reference.objects.create(
        candidate=candidate, referee=referee, relation=relation, asked_by=actor, asked_at=at
    )
    detail = {"candidate": candidate.pk, "referee": referee.pk, "as": relation.value}
    record(actor=actor, verb="ask_reference", subject=made, at=at, detail=detail)
    return made


def _close(reference: Reference, state: ReferenceState, at: datetime) -> None:
    reference.state, reference.answered_at = state, at
    reference.save(update_fields=["state", "answered_at", "reason"])


def _colleagues(candidate: Candidate, named: Sequence[Agent], at: datetime, rng: random.Random) -> list[Agent]:
    known = eligible_colleagues(candidate, day=localdate(at))
    stranger = next((one for one in named if one not in known), None)
    if stranger is not None:
        raise Refused(
            Kind.INCOMPLETE, _("%(agent)s cannot be asked about this candidate. Choose others.") % {"agent": stranger}
        )
    chosen = list(dict.fromkeys(named))[:COLLEAGUES]
    rest = [one for one in known if one not in chosen]
    _require_enough(len(chosen) + len(rest))
    return chosen + rng.sample(rest, COLLEAGUES - len(chosen))


def _require_enough(found: int) -> None:
    if found < COLLEAGUES:
        told = {"found": found, "needed": COLLEAGUES}
        sentence = ngettext(
            "Only %(found)d colleague of the last year can be asked, %(needed)d are needed. Give others a login.",
            "Only %(found)d colleagues of the last year can be asked, %(needed)d are needed. Give others a login.",
            found,
        )
        raise Refused(Kind.NOT_NOW, sentence % told)


def _another(candidate: Candidate, gone: Reference, asked: frozenset[int], at: datetime, rng: random.Random) -> Agent:
    if gone.relation == Relation.MANAGER:
        return line_manager(candidate, day=localdate(at), asked=asked)
    known = eligible_colleagues(candidate, day=localdate(at), asked=asked)
    if not known:
        raise Refused(Kind.NOT_NOW, _("Everybody who can be asked was asked. Give other colleagues a login first."))
    return rng.choice(known)


def _open_case(candidate: Candidate) -> Candidate:
    """The candidate, locked, in a case that goes on."""
    cases = Candidate.objects.select_for_update(of=("self",)).select_related("round", "agent")
    locked = cases.get(pk=candidate.pk)
    if locked.stage not in OPEN or locked.round.phase == RoundPhase.CLOSED:
        raise Refused(Kind.NOT_NOW, _("This case is over, so no reference counts any more."))
    return locked


def _asked(reference: Reference) -> Reference:
    locked = Reference.objects.select_for_update().get(pk=reference.pk)
    if locked.state != ReferenceState.ASKED:
        raise Refused(Kind.NOT_NOW, _("This reference is not open any more. Reload the page."))
    return locked


def _require_hr_of(candidate: Candidate, actor: User) -> None:
    require_hr(actor)
    if is_self(person_of(actor), candidate):
        raise Refused(Kind.NOT_ALLOWED, _("Nobody decides about themselves. Ask a colleague with the same role."))


def _require_referee(reference: Reference, actor: User) -> None:
    agent = agent_of(actor)
    if agent is None or agent.pk != reference.referee_id:
        raise Refused(Kind.NOT_ALLOWED, _("Only the person who was asked may answer. Log in as that person."))


def _check_observations(seen: Mapping[str, Seen]) -> None:
    texts = [_plain(one.text) for one in seen.values()]
    for scale in scales():
        one = seen.get(scale.key)
        if one is None or not 1 <= one.level <= _top(scale):
            raise Refused(Kind.INCOMPLETE, _("Choose a level on every scale, or decline."))
        if len(_plain(one.text)) < SHORTEST_OBSERVATION:
            raise Refused(
                Kind.INCOMPLETE,
                _("Describe what you have seen in at least %(count)s characters: an impression alone does not count.")
                % {"count": SHORTEST_OBSERVATION},
            )
    if len(set(texts)) < len(texts):
        raise Refused(Kind.INCOMPLETE, _("Describe a case of its own for each scale: these texts are the same."))


def _top(scale: Scale) -> int:
    return len(scale.by_language["en"].levels)


def _plain(text: str) -> str:
    return " ".join(text.split())
