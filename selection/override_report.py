"""Who decides against the verdict how often: every step with a scored candidate, and those that went against it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib.auth.models import User

from scoring.formula import wilson_interval
from selection.models import Candidate, Override, StageChange
from selection.models.overrides import MOVES, OverrideReason


@dataclass(kw_only=True)
class Hand:
    """One person's steps. low, high: Wilson's 95 % interval of the rate."""

    person: User
    steps: int
    against: int
    codes: Counter[str] = field(default_factory=Counter)
    low: float = 0.0
    high: float = 1.0

    @property
    def rate(self) -> float:
        return self.against / self.steps

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """The reasons given, the most frequent first, as people read them."""
        return [(str(OverrideReason(code).label), number) for code, number in self.codes.most_common()]


def hands() -> list[Hand]:
    """Everybody who has made such a step with somebody who has a score; the rate that is surely highest first."""
    steps = Counter(_steps())
    codes: dict[int, Counter[str]] = defaultdict(Counter)
    for actor, code in Override.objects.order_by().values_list("actor", "code"):
        codes[actor][code] += 1
    people = {one.pk: one for one in User.objects.filter(pk__in=steps)}
    found = [_hand(people[pk], number, codes[pk]) for pk, number in steps.items()]
    return sorted(found, key=lambda one: (-one.low, -one.steps, one.person.pk))


def _steps() -> Iterator[int]:
    """Who made each step that could have gone against a verdict."""
    yield from Candidate.objects.filter(score__isnull=False).values_list("nominated_by", flat=True)
    made = StageChange.objects.filter(move__in=MOVES, actor__isnull=False, candidate__score__isnull=False)
    yield from (pk for pk in made.values_list("actor", flat=True) if pk is not None)


def _hand(person: User, steps: int, codes: Counter[str]) -> Hand:
    low, high = (float(end[0]) for end in wilson_interval([codes.total()], [steps]))
    return Hand(person=person, steps=steps, against=codes.total(), codes=codes, low=low, high=high)
