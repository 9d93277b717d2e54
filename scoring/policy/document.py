"""A policy as data: what the document says once every word of it has been checked."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """How a criterion acts. Read in this order: must hold, any one of several, stops, counts."""

    GATE = "gate"
    ANY_OF = "any_of"
    VETO = "veto"
    WEIGHT = "weight"


class Measure(StrEnum):
    """What a policy may look at. The list is closed: nothing about the person's private life is on it."""

    TENURE = "tenure"
    TECHNICAL_SUPPORT = "technical_support"
    KNOWLEDGE_TEST = "knowledge_test"
    TEST_TASK = "test_task"
    CUSTOMER_RATING = "customer_rating"
    VIRAL_CHATS = "viral_chats"
    INVOLVEMENT = "involvement"
    CULTURE = "culture"
    EFFICIENCY = "efficiency"


class Unit(StrEnum):
    """What the number in `cut` counts."""

    MONTHS = "months"  # whole or part months served
    YES_NO = "yes_no"  # a fact; the cut is 1, "yes"
    SHARE = "share"  # 0 to 1, adjusted for the mix of cases and shrunk
    LEVEL = "level"  # 1 to 5, adjusted and shrunk likewise
    PERCENT = "percent"  # 0 to 100 of what could be reached in the test or task
    PROBABILITY = "probability"  # that the true result reaches PASS_PERCENT
    CHATS = "chats"  # verified positive viral chats
    SEVERITY = "severity"  # 1 to 4, of a verified negative viral chat


class Requirement(StrEnum):
    """The five things the department asks of its people, or `policy` for a rule of the house."""

    PRODUCT_KNOWLEDGE = "product_knowledge"
    INVOLVEMENT = "involvement"
    CULTURE = "culture"
    PUBLIC_COMMUNICATION = "public_communication"
    ECONOMIC_EFFICIENCY = "economic_efficiency"
    POLICY = "policy"


class Quality(StrEnum):
    """The only business qualities that may decide a promotion (Russian Labour Code, art. 2, 3 and 64)."""

    PRODUCTIVITY = "productivity"
    QUALIFICATION = "qualification"
    LENGTH_OF_SERVICE = "length_of_service"


class WhenMissing(StrEnum):
    """What follows from too little evidence; it never counts as zero."""

    PRIOR = "prior"
    INCOMPLETE = "incomplete"
    NOT_MET = "not_met"


class Effect(StrEnum):
    """What a veto does. There is one answer only: stop, and let people look. Nobody is excluded for ever."""

    HOLD = "hold"


class Order(StrEnum):
    """How those who pass are put in order when there are more of them than places."""

    SCORE = "score"
    LOT = "lot"


class Approver(StrEnum):
    """Who must approve by name before anybody enters the department."""

    LINE_MANAGER = "line_manager"
    HEAD_OF_PUBLIC_COMMUNICATIONS = "head_of_public_communications"


# The pass mark behind the unit "probability", in percent of what can be reached, the same for every test and task. A
# policy that wants another line asks for it in percent: a cut of 70 percent holds when it is more likely than not.
PASS_PERCENT = 60


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in English and in Russian."""

    en: str
    ru: str

    def within(self, language: str) -> str:
        """The words in `language` ("en" or "ru"; any other reads English)."""
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, slots=True)
class EvidenceRules:
    """How far back evidence counts, how fast it fades, and whether leave is time served."""

    window_months: int
    half_life_days: int
    leave_counts_in_tenure: bool


@dataclass(frozen=True, slots=True)
class VerdictBounds:
    """When a probability is a clear yes, a question for people, or a no; and when there is too little evidence.

    At or above `clear` a gate is met; from `borderline` up to `clear` people look or the candidate tries again; below
    it is not met. Evidence whose reliability is under `reliability` gives no verdict at all.
    """

    clear: float
    borderline: float
    reliability: float


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing the policy looks at, in one role.

    `cut`, `unit` and `cut_why` are set for gates, any-of and vetoes; `weight` for weights; `group` for any-of;
    `effect` for vetoes. All other fields are always set.
    """

    criterion: Measure
    role: Role
    why: Text
    requirement: Requirement
    quality: Quality
    evidence_needed: int
    when_missing: WhenMissing
    cut: float | None = None
    unit: Unit | None = None
    cut_why: Text | None = None
    weight: float | None = None
    group: str | None = None
    effect: Effect | None = None

    @property
    def key(self) -> str:
        """The name of this entry within its policy: no two entries share criterion and role."""
        return f"{self.criterion}.{self.role}"


@dataclass(frozen=True, slots=True)
class Policy:
    """One whole policy. `criteria` stand in one fixed order, so equal policies are equal objects with equal hashes."""

    format: int
    name: str
    title: Text
    purpose: Text
    places: int
    order: Order
    approvals: tuple[Approver, ...]
    evidence: EvidenceRules
    verdict: VerdictBounds
    certificate_months: int
    review_after_months: int
    criteria: tuple[Criterion, ...]

    def in_role(self, role: Role) -> tuple[Criterion, ...]:
        """The criteria that act in `role`."""
        return tuple(one for one in self.criteria if one.role is role)

    @property
    def gates(self) -> tuple[Criterion, ...]:
        """What must hold, all of it."""
        return self.in_role(Role.GATE)

    @property
    def vetoes(self) -> tuple[Criterion, ...]:
        """What puts a candidate on hold until people have looked."""
        return self.in_role(Role.VETO)

    @property
    def weights(self) -> tuple[Criterion, ...]:
        """What counts into the score; the weights add up to 100, or there are none."""
        return self.in_role(Role.WEIGHT)

    @property
    def groups(self) -> dict[str, tuple[Criterion, ...]]:
        """Alternative evidence by group: in each group at least one must hold."""
        members = self.in_role(Role.ANY_OF)
        return {name: tuple(one for one in members if one.group == name) for name in _names(members)}


def arranged(criteria: list[Criterion]) -> tuple[Criterion, ...]:
    """The criteria in the one order a policy keeps them in, however they were written down."""
    return tuple(sorted(criteria, key=_place))


def _place(one: Criterion) -> tuple[int, str, int]:
    return list(Role).index(one.role), one.group or "", list(Measure).index(one.criterion)


def _names(members: tuple[Criterion, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.group for one in members if one.group))
