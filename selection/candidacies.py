"""Which rounds an agent was or is in, and which policy version applies to them."""

from scoring.models import Agent, PolicyVersion
from scoring.models.policies import PolicyState
from scoring.queries import latest_run
from selection.models import Candidate
from selection.models.rounds import RoundPhase
from selection.stages import OPEN


def candidacies_of(agent: Agent) -> list[Candidate]:
    """All rounds an agent was or is in, the newest first."""
    found = Candidate.objects.filter(agent=agent).select_related("round__policy_version", "agent", "score__run")
    return list(found.order_by("-round__opened_at", "-pk"))


def current_candidacy(agent: Agent) -> Candidate | None:
    """The newest candidacy that is still open, otherwise the newest of all."""
    found = candidacies_of(agent)
    is_open = (one for one in found if one.stage in OPEN and one.round.phase != RoundPhase.CLOSED)
    return next(is_open, found[0] if found else None)


def policy_for(agent: Agent) -> PolicyVersion | None:
    """The version that applies to an agent: the one of their round, else the one in use."""
    candidate = current_candidacy(agent)
    return candidate.round.policy_version if candidate else policy_in_use()


def policy_in_use() -> PolicyVersion | None:
    """The policy of the newest run, or else the one published last."""
    run = latest_run()
    if run is not None:
        return run.policy_version
    return PolicyVersion.objects.filter(state=PolicyState.PUBLISHED).order_by("-published_at").first()
