"""What stands on a candidate's page."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from scoring.models.evidence import IncidentSign, IncidentState, ResultKind
from selection.components import Text
from selection.dossier import dossier, dossier_hash
from selection.hr.pipeline import NEXT_STEPS, READY, MoveButton, has_upheld_appeal, hr_moves, is_graded
from selection.hr.ranking_page import Explained
from selection.models import Appeal, Candidate, Decision, Override, StageChange
from selection.models.overrides import OverrideReason
from selection.overrides import is_override
from selection.reasons import decimal, percent
from selection.stages import Stage


@dataclass(frozen=True)
class CandidatePage:
    """A candidate with everything that is known, and the forms for what HR can do now.

    `tried`, `reason` and `code` are a refused move and what was given for it, `answer` a refused answer to an appeal.
    """

    candidate: Candidate
    tried: str = ""
    reason: str = ""
    code: str = ""
    answer: str = ""

    @property
    def next_step(self) -> Text:
        return READY if self._is_graded else NEXT_STEPS[Stage(self.candidate.stage)]

    @cached_property
    def _is_graded(self) -> bool:
        return is_graded(self.candidate)

    @cached_property
    def moves(self) -> list[MoveButton]:
        """What HR can do now; to take over results they must be ready."""
        found = hr_moves(self.candidate.stage, has_upheld_appeal=has_upheld_appeal(self.candidate))
        return [one for one in found if one.name != "take_results" or self._is_graded]

    @property
    def against(self) -> set[str]:
        """Moves that would go against the verdict, so that they take a code."""
        return {one.name for one in self.moves if is_override(one.name, self.candidate.score)}

    @property
    def codes(self) -> list[tuple[str, Text]]:
        return list(OverrideReason.choices)

    @property
    def overrides(self) -> list[Override]:
        return list(self.candidate.overrides.select_related("actor"))

    @cached_property
    def explained(self) -> Explained | None:
        score = self.candidate.score
        return Explained(score=score) if score else None

    @property
    def changes(self) -> list[StageChange]:
        return list(self.candidate.changes.select_related("actor").order_by("-at", "-pk"))

    @property
    def decisions(self) -> list[Decision]:
        return list(self.candidate.decisions.select_related("person"))

    @property
    def appeals(self) -> list[Appeal]:
        return list(self.candidate.appeals.select_related("answered_by"))

    @property
    def hash(self) -> str:
        """What a decision about this candidate would quote now."""
        return dossier_hash(self.candidate)

    @property
    def evidence(self) -> list[tuple[str, str]]:
        """The dossier's evidence in words."""
        known = dossier(self.candidate)
        sums = known["ratings"]
        told = {"answered": decimal(sums["answered"], 0), "offered": decimal(sums["offered"], 0)}
        return [
            (_("Ratings"), _("%(answered)s answered of %(offered)s asked") % told),
            *((str(capfirst(ResultKind(one["kind"]).label)), _result(one)) for one in known["results"]),
            *((_("Viral incident"), _incident(one)) for one in known["incidents"]),
        ]


def _result(one: dict[str, object]) -> str:
    value, error = float(str(one["value"])), float(str(one["standard_error"]))
    told = {"value": percent(value), "error": percent(error), "day": date_format(one["taken_at"])}  # type: ignore[arg-type]
    sentence = _("%(value)s, give or take %(error)s; %(day)s") % told
    return f"{sentence}; {_('stopped by a veto')}" if one["is_vetoed"] else sentence


def _incident(one: dict[str, object]) -> str:
    sign, state = IncidentSign(str(one["sign"])), IncidentState(str(one["state"]))
    if one["severity"] is None:
        return _("%(sign)s, severity not settled, %(state)s") % {"sign": sign.label, "state": state.label}
    return _("%(sign)s, severity %(severity)s, %(state)s") % {
        "sign": sign.label,
        "severity": one["severity"],
        "state": state.label,
    }
