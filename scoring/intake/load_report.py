"""The answer to a file: what may be or was imported, what was refused and why, in one object for pages and machines."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from scoring.intake.limits import Limits
from scoring.intake.reading import Reading
from scoring.intake.refusals import Note, Question, Refusal, Rejection
from scoring.intake.sentences import note_sentence, question_sentence, refusal_sentence, rejection_sentence
from scoring.intake.understanding import Understanding

ACCEPT, PARTIAL, REJECT, ASK = "accept", "accept_partial", "reject_file", "needs_mapping"
PROTECTED = "protected_change"


@dataclass(slots=True)
class Report:
    """Counts are of records; `accepted` are good ones: `added` were new, `unchanged` stored already.

    `updated` are later answers of a source whose customers may edit theirs; they took the place of earlier ones.
    """

    understanding: Understanding
    action: str = ""
    records: int = 0
    accepted: int = 0
    added: int = 0
    unchanged: int = 0
    updated: int = 0
    duplicates: int = 0
    unanswered: int = 0
    waiting: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    rejection: Rejection | None = None
    created_agents: int = 0
    repeats: Counter[int] = field(default_factory=Counter)
    """How many of `unchanged` each batch holds."""
    batch: int | None = None

    @property
    def may_load(self) -> bool:
        """Whether something may be or was imported."""
        return self.action in {ACCEPT, PARTIAL}

    @property
    def message(self) -> str:
        """The reason in words when nothing may be imported; '' otherwise."""
        if self.rejection:
            return rejection_sentence(self.rejection)
        if self.questions:
            return " ".join(map(question_sentence, self.questions))
        return refusal_sentence(self.refusals[0]) if self.refusals and not self.may_load else ""

    def to_json(self) -> dict[str, Any]:
        """Give the object that `import_evidence --json` prints."""
        stopped = [f"{one.code}: {rejection_sentence(one)}" for one in [self.rejection] if one]
        asked = [f"{one.code}: {question_sentence(one)}" for one in self.questions]
        return {
            "action": self.action,
            "records": self.records,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "waiting": self.waiting,
            "refused": [_refusal_json(one) for one in self.refusals],
            "warnings": [*stopped, *asked, *(f"{one.code}: {note_sentence(one)}" for one in self.notes)],
            "message": self.message,
            "refused_total": self.refused,
            "added": self.added,
            "unchanged": self.unchanged,
            "updated": self.updated,
            "unanswered": self.unanswered,
            "created_agents": self.created_agents,
            "batch": self.batch,
        }


def _refusal_json(refusal: Refusal) -> dict[str, Any]:
    found = {name: getattr(refusal, name) for name in ("record", "code", "column", "value")}
    found["message"] = refusal_sentence(refusal)
    return {**found, "sheet": refusal.sheet} if refusal.sheet else found


def unread(seen: Understanding, rejection: Rejection | None = None) -> Report:
    """The answer to a file that is turned away or has questions open."""
    rejection = rejection or seen.rejection
    action = REJECT if rejection else ASK
    return Report(seen, action, notes=list(seen.notes), questions=list(seen.questions), rejection=rejection)


def keep_refusals(report: Report, refusals: list[Refusal], limits: Limits) -> None:
    """Count refusals; only the first ones are kept."""
    report.refused += len(refusals)
    report.refusals.extend(refusals[: limits.refusals - len(report.refusals)])


def keep_too_late(report: Report, refusals: list[Refusal], limits: Limits) -> None:
    """Count later answers that could not take their place after all: meanwhile the stored rating has changed."""
    keep_refusals(report, refusals, limits)
    report.updated -= len(refusals)
    report.accepted -= len(refusals)
    report.action = _action(report)


def finish(report: Report, reading: Reading) -> None:
    """Take the counts of a reading that has come to its end, and decide the action."""
    tally = reading.tally
    report.records, report.duplicates, report.waiting = tally.records, tally.duplicates, tally.waiting
    report.unanswered = tally.unanswered
    report.accepted = report.added + report.unchanged + report.updated
    report.notes = reading.closing_notes()
    report.refusals.sort(key=lambda one: one.record)
    report.action = _action(report)


def _action(report: Report) -> str:
    if not report.refused:
        return ACCEPT
    if report.accepted or report.waiting:
        return PARTIAL
    # A file that only changes protected facts is not wrong: it waits for a person who may confirm them.
    if all(one.code == PROTECTED for one in report.refusals):
        report.questions = [
            Question(PROTECTED, "", (), {**one.params, "record": one.record}) for one in report.refusals
        ]
        return ASK
    return REJECT
