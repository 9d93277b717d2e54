"""What differs between two policies, change by change, in words for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scoring.policy.describe import rule
from scoring.policy.document import Criterion, Policy, Text
from scoring.policy.reading import criterion_dict, to_dict
from scoring.policy.vocabulary import LABELS, MEASURES, ROLES, named, number

_ADDED = Text("New: {rule}", "Новое: {rule}")
_REMOVED = Text("Gone: {rule}", "Убрано: {rule}")
_CHANGED = Text("{label}: was {before}, now {after}.", "{label}: было {before}, стало {after}.")
_FLAGS = {True: Text("yes", "да"), False: Text("no", "нет")}
_TONGUES = {"en": Text("in English", "по-английски"), "ru": Text("in Russian", "по-русски")}


class Kind(StrEnum):
    """How two policies differ at one place."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path` is the key, with criteria named by what they are: criteria.tenure.gate.cut.

    For an added or removed criterion `criterion` is set and `before` and `after` are None; otherwise these hold the
    plain values of the key.
    """

    kind: Kind
    path: str
    before: object = None
    after: object = None
    criterion: Criterion | None = None

    def worded(self, language: str) -> str:
        """The change as one sentence in "en" or "ru"."""
        if self.criterion is not None and self.kind is not Kind.CHANGED:
            sentence = _ADDED if self.kind is Kind.ADDED else _REMOVED
            return sentence.within(language).format(rule=rule(self.criterion, language))
        label = self._label(language)
        before, after = (self._shown(value, language) for value in (self.before, self.after))
        return _CHANGED.within(language).format(label=label, before=before, after=after)

    @property
    def _key(self) -> str:
        return next(step for step in reversed(self.path.split(".")) if step not in _TONGUES)

    def _label(self, language: str) -> str:
        label = LABELS[self._key].within(language)
        tongue = self.path.rpartition(".")[2]
        if tongue in _TONGUES:
            label += f" ({_TONGUES[tongue].within(language)})"
        if self.criterion is None:
            return label
        name, role = MEASURES[self.criterion.criterion], ROLES[self.criterion.role]
        return f"{name.within(language)} ({role.within(language)}), {label}"

    def _shown(self, value: object, language: str) -> str:
        if isinstance(value, bool):
            return _FLAGS[value].within(language)
        if isinstance(value, int | float):
            return number(value, language)
        words = value if isinstance(value, list) else [str(value)]
        shown = ", ".join(named(self._key, word, language) for word in words)
        return f"«{shown}»" if language == "ru" else f'"{shown}"'


def diff(old: Policy, new: Policy) -> list[Change]:
    """Every difference from `old` to `new`: the document's own keys first, then the criteria. Empty for equal ones."""
    return [*_heading(old, new), *_criteria(old, new)]


def _heading(old: Policy, new: Policy) -> list[Change]:
    before, after = _flat(to_dict(old), ""), _flat(to_dict(new), "")
    return _changed(before, after, None)


def _criteria(old: Policy, new: Policy) -> list[Change]:
    before, after = ({one.key: one for one in policy.criteria} for policy in (old, new))
    changes = [_gone(one) for key, one in before.items() if key not in after]
    for key, one in after.items():
        changes += _within(before[key], one) if key in before else [_new(one)]
    return changes


def _gone(one: Criterion) -> Change:
    return Change(Kind.REMOVED, f"criteria.{one.key}", criterion=one)


def _new(one: Criterion) -> Change:
    return Change(Kind.ADDED, f"criteria.{one.key}", criterion=one)


def _within(old: Criterion, new: Criterion) -> list[Change]:
    prefix = f"criteria.{new.key}."
    return _changed(_flat(criterion_dict(old), prefix), _flat(criterion_dict(new), prefix), new)


def _changed(before: Mapping[str, object], after: Mapping[str, object], one: Criterion | None) -> list[Change]:
    """Two criteria of one key have the same keys within, and so have two documents."""
    return [Change(Kind.CHANGED, path, before[path], after[path], one) for path in after if before[path] != after[path]]


def _flat(data: Mapping[str, Any], prefix: str) -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in data.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        elif key != "criteria":
            flat[prefix + key] = value
    return flat
