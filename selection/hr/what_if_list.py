"""The list of what-ifs for HR and the auditor."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from scoring.models import Agent, PolicyVersion, ScoreRun
from scoring.models.runs import RunState
from scoring.policies import read
from selection.hr import what_if_words as words
from selection.hr.run_form import policy_label
from selection.models import WhatIf
from selection.what_ifs import what_ifs_on

NAMED = 5


@dataclass(frozen=True, kw_only=True)
class WhatIfLine:
    """One what-if in words."""

    kept: WhatIf
    policy: str
    changes: list[str]
    enters: str
    leaves: str
    door: str


@dataclass(frozen=True)
class WhatIfs:
    """What-ifs, of one policy by name or of one round by number if they are given."""

    policy: str = ""
    round: int = 0

    @property
    def rows(self) -> QuerySet[WhatIf]:
        found = what_ifs_on(self.policy) if self.policy else WhatIf.objects.all()
        found = found.filter(round=self.round) if self.round else found
        return found.select_related("run__policy_version", "round", "actor")

    @cached_property
    def policies(self) -> list[str]:
        """The policies with which anything was tried."""
        names = WhatIf.objects.order_by("run__policy_version__name").values_list("run__policy_version__name", flat=True)
        return list(names.distinct())

    def lines(self, shown: Iterable[WhatIf]) -> list[WhatIfLine]:
        """A page of them in words; names are read in one query."""
        page = list(shown)
        wanted = {pk for one in page for way in ("enters", "leaves") for pk in one.summary[way][:NAMED]}
        names = dict(Agent.objects.filter(pk__in=wanted).values_list("pk", "full_name"))
        return [_line(one, names) for one in page]


def _line(kept: WhatIf, names: dict[int, str]) -> WhatIfLine:
    old, new = kept.summary["eligible"]
    return WhatIfLine(
        kept=kept,
        policy=policy_label(kept.run.policy_version),
        changes=words.changes(read(kept.run.policy_version), kept.changes),
        enters=_named(kept.summary["enters"], names),
        leaves=_named(kept.summary["leaves"], names),
        door=_("%(old)d → %(new)d") % {"old": old, "new": new},
    )


def _named(agents: list[int], names: dict[int, str]) -> str:
    told = ", ".join(names.get(pk, str(pk)) for pk in agents[:NAMED])
    rest = len(agents) - NAMED
    return told if rest <= 0 else _("%(names)s and %(n)d more") % {"names": told, "n": rest}


def run_of(version: PolicyVersion, pk: int) -> ScoreRun | None:
    """The finished run of a version that was asked for, or its newest one."""
    runs = ScoreRun.objects.filter(policy_version=version, state=RunState.FINISHED).select_related("policy_version")
    asked = runs.filter(pk=pk).first() if pk else None
    return asked or runs.order_by("-as_of", "-created_at", "-pk").first()
