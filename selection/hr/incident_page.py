"""An incident as HR reads it: what is known, how severe two people found it, and what this reader may do."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from scoring.incident_reads import replacements_of
from scoring.incidents import has_expired, why_not
from scoring.models import IncidentPicture, Replacement, SeverityMark, ViralIncident
from scoring.models.evidence import IncidentState
from scoring.pictures import PICTURES_AT_MOST, why_not_add
from scoring.severity import settled, shown_marks, why_not_rate
from selection.hr.evidence_report import cell, moment, person_name
from selection.hr.incident_forms import DecisionForm, PicturesForm, SeverityForm
from selection.incident_words import SEVERITIES, TONES, agreed, awaited, severity_name, standing

Facts = list[tuple[str, str]]


@dataclass(kw_only=True)
class IncidentPage:
    """What the page of one incident shows to one reader. A form that was sent wrongly is shown again as it was sent."""

    incident: ViralIncident
    reader: User
    is_hr: bool
    now: datetime
    severity_form: SeverityForm
    pictures_form: PicturesForm
    decision_form: DecisionForm

    @property
    def tone(self) -> str:
        return TONES[self.incident.state]

    @property
    def facts(self) -> Facts:
        one = self.incident
        known = [
            (_("How people took it"), one.get_sign_display()),
            (_("When it went public"), moment(one.flagged_at)),
            (_("Platform"), one.platform),
            (_("Views"), cell(one.views)),
            (_("Recorded by"), person_name(one.recorded_by)),
            (_("Came with"), one.batch.file_name if one.batch else ""),
        ]
        return [(label, value) for label, value in known if value]

    @cached_property
    def pictures(self) -> list[IncidentPicture]:
        return list(self.incident.pictures.all())

    @property
    def takes_pictures(self) -> bool:
        has_room = len(self.pictures) < PICTURES_AT_MOST
        return self.is_hr and has_room and not why_not_add(self.incident, self.reader)

    @property
    def severity(self) -> str:
        return severity_name(self.incident.severity) if self.incident.severity is not None else ""

    @cached_property
    def marks(self) -> list[SeverityMark]:
        return shown_marks(self.incident, self.reader)

    @property
    def mark_facts(self) -> Facts:
        return [(person_name(mark.given_by), str(SEVERITIES[mark.level].name)) for mark in self.marks]

    @property
    def about_marks(self) -> str:
        """How near the marks are once all are in; before that, how many are."""
        if self.incident.severity is None:
            return awaited(list(self.incident.severity_marks.values_list("level", flat=True)))
        if not self.marks:
            return _("It came with the file and stays as it came.")
        levels = [mark.level for mark in self.marks]
        if settled(levels) != self.incident.severity:
            return _("A file has replaced the severity since; the marks stay on record.")
        return agreed(levels)

    @cached_property
    def replacements(self) -> list[Replacement]:
        return list(replacements_of(self.incident))

    @property
    def is_open(self) -> bool:
        return self.incident.state == IncidentState.UNVERIFIED

    @property
    def takes_a_mark(self) -> bool:
        return self.is_hr and not self.rating_refusal

    @cached_property
    def rating_refusal(self) -> str:
        return why_not_rate(self.incident, self.reader)

    @property
    def refusal(self) -> str:
        return why_not(self.incident, self.reader)

    @property
    def standing(self) -> str:
        return standing(self.incident, is_over=has_expired(self.incident, at=self.now))

    @property
    def decision(self) -> Facts:
        one = self.incident
        return [(_("By"), person_name(one.verified_by)), (_("On"), moment(one.verified_at))]
