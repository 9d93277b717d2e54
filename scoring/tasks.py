"""Work for the background worker."""

from django.utils import timezone
from django_tasks import task

from scoring.models import ScoreRun
from scoring.runs import execute_run


@task()
def score(run_pk: int) -> None:
    """Carry out a waiting score run."""
    execute_run(run=ScoreRun.objects.select_related("policy_version").get(pk=run_pk), at=timezone.now())
