"""Every what-if leaves a trace, whoever asks from wherever; refusals leave none."""

import pytest

from journal.models import Entry
from journal.verify import problems
from scoring.models import ScoreRun
from scoring.models.runs import RunState
from selection.models import Round, WhatIf
from selection.refusals import Refused
from selection.what_ifs import try_what_if, what_if_counts, what_ifs_on
from tests.cast import NOW, Cast, build_task, build_test
from tests.scoring import worlds
from tests.selection.hr.scored import policy_of, run_of, stairs


@pytest.fixture
def run(cast: Cast) -> ScoreRun:
    stairs()
    return run_of(policy_of(service=6))


def opened(run: ScoreRun, cast: Cast, *, title: str = "Autumn", phase: str = "nomination") -> Round:
    """A round that runs with the run's policy."""
    return Round.objects.create(
        title=title,
        policy_version=run.policy_version,
        run=run,
        places=2,
        phase=phase,
        knowledge_test=build_test() if title == "Autumn" else Round.objects.get().knowledge_test,
        test_task=build_task() if title == "Autumn" else Round.objects.get().test_task,
        assessments_until=NOW,
        decisions_until=NOW,
        opened_by=cast.hanna,
        opened_at=NOW,
    )


def test_a_what_if_is_kept_with_its_outcome(cast: Cast, run: ScoreRun) -> None:
    tried = try_what_if(run=run, values={"tenure.gate": 12}, actor=cast.hanna, at=NOW)
    assert tried.kept is not None
    kept = WhatIf.objects.get()
    first, third = (worlds.Agent.objects.get(staff_number=number).pk for number in ("A-0", "A-2"))
    assert kept.changes == {"tenure.gate": {"from": 6.0, "to": 12.0}}
    assert kept.summary == {"enters": [third], "leaves": [first], "eligible": [6, 5]}
    assert (kept.actor, kept.run, kept.round) == (cast.hanna, run, None)


def test_the_journal_has_it_once_and_stays_whole(cast: Cast, run: ScoreRun) -> None:
    kept = try_what_if(run=run, values={"tenure.gate": 12}, actor=cast.hanna, at=NOW).kept
    entry = Entry.objects.get(verb="what_if")
    assert kept is not None
    assert (entry.subject_id, entry.actor) == (str(kept.pk), f"user:{cast.hanna.pk}")
    assert entry.detail["changes"] == kept.changes
    assert list(problems()) == []


def test_the_list_as_it_stands_is_no_what_if(cast: Cast, run: ScoreRun) -> None:
    tried = try_what_if(run=run, values={"tenure.gate": 6}, actor=cast.hanna, at=NOW)
    assert tried.kept is None
    assert tried.answer.eligible == (6, 6)
    assert not WhatIf.objects.exists()


def test_it_counts_for_the_round_that_runs_whichever_page_it_was_asked_on(cast: Cast, run: ScoreRun) -> None:
    try_what_if(run=run, values={"tenure.gate": 30}, actor=cast.hanna, at=NOW.replace(year=2025))
    running = opened(run, cast)
    for service in (12, 24):
        kept = try_what_if(run=run, values={"tenure.gate": service}, actor=cast.hanna, at=NOW).kept
        assert kept is not None
        assert kept.round == running
    assert what_if_counts(running) == (3, 2)
    opened(run, cast, title="Closed", phase="closed")
    assert try_what_if(run=run, values={"tenure.gate": 18}, actor=cast.hanna, at=NOW).kept.round == running  # type: ignore[union-attr]


def test_another_version_of_the_policy_counts_with_it(cast: Cast, run: ScoreRun) -> None:
    other = run_of(policy_of(service=9))
    for one in (run, other):
        try_what_if(run=one, values={"tenure.gate": 20}, actor=cast.hanna, at=NOW)
    assert what_ifs_on("tested").count() == 2


def test_only_hr_asks(cast: Cast, run: ScoreRun) -> None:
    for other in (cast.ada, cast.marat, cast.ania):
        with pytest.raises(Refused, match="Only HR"):
            try_what_if(run=run, values={"tenure.gate": 12}, actor=other, at=NOW)
    assert not WhatIf.objects.exists()


def test_a_run_on_other_evidence_or_unfinished_is_refused(cast: Cast, run: ScoreRun) -> None:
    worlds.rate(worlds.Agent.objects.get(staff_number="A-5"), [5] * 40, topic="roaming")
    with pytest.raises(Refused, match="The evidence has changed"):
        try_what_if(run=run, values={"tenure.gate": 12}, actor=cast.hanna, at=NOW)
    run.state = RunState.WAITING
    with pytest.raises(Refused, match="not finished"):
        try_what_if(run=run, values={"tenure.gate": 12}, actor=cast.hanna, at=NOW)
    assert not WhatIf.objects.exists()
    assert not Entry.objects.filter(verb="what_if").exists()
