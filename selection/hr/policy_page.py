"""What stands on the page of one policy version."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import User

from scoring import policies
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from scoring.policy import Paragraph, describe
from selection.models import Round
from selection.models.rounds import RoundPhase
from selection.reasons import language


@dataclass(frozen=True)
class PolicyPage:
    """One version as one person sees it."""

    version: PolicyVersion
    reader: User
    is_hr: bool

    @property
    def title(self) -> str:
        return policies.title(self.version)

    @property
    def paragraphs(self) -> list[Paragraph]:
        return describe(policies.read(self.version), language())

    @cached_property
    def previous(self) -> PolicyVersion | None:
        return policies.previous(self.version)

    @cached_property
    def changes(self) -> list[str]:
        """What is new since the previous version, in sentences."""
        if self.previous is None:
            return []
        return [change.worded(language()) for change in policies.changes(self.previous, self.version)]

    @property
    def is_draft(self) -> bool:
        return self.version.state == PolicyState.DRAFT

    @property
    def is_own_draft(self) -> bool:
        return self.is_draft and self.is_hr and self.version.author_id == self.reader.pk

    @property
    def may_publish(self) -> bool:
        return self.is_draft and self.is_hr and self.version.author_id not in (None, self.reader.pk)

    @property
    def may_retire(self) -> bool:
        return self.version.state == PolicyState.PUBLISHED and self.is_hr

    @property
    def is_newest(self) -> bool:
        return self.version.pk in policies.newest_published()

    @cached_property
    def rounds(self) -> list[Round]:
        """Rounds that run with this version and keep it."""
        return list(self.version.rounds.exclude(phase=RoundPhase.CLOSED).order_by("opened_at"))
