"""The form of a policy: one field for each key of the document, named by its path, so that a fault finds its field.

The form checks nothing itself. What is typed goes to the reader of documents as it is, and the reader's own sentences
come back to the fields; so the form, the text and the API refuse the same things in the same words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from scoring.policy import Policy, PolicyRefused, Problem, from_dict, named
from scoring.policy.fields import CRITERION, FORMAT, HEADING, ROLE_KEYS, SECTIONS, Field, Kind
from scoring.policy.reading import plain
from scoring.policy.vocabulary import LABELS
from selection.reasons import language

LANGUAGES = {"en": gettext_lazy("in English"), "ru": gettext_lazy("in Russian")}
OWN_LABELS = {"criterion": gettext_lazy("Criterion"), "role": gettext_lazy("Role")}
MOST_BLOCKS = 40
SHORT_TEXT = 120

_WHOLE = re.compile(r"[+-]?\d{1,15}")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?")


class LooseField(forms.CharField):
    """Takes whatever was typed: what may stand there is the document's to say."""

    def validate(self, value: Any) -> None:
        """Leave emptiness to the reader of the document."""


class LooseChoices(forms.MultipleChoiceField):
    """Takes any words, in their order."""

    def validate(self, value: Any) -> None:
        """Leave unknown words to the reader of the document."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One field of the form: its path in the document, and the key that it holds (in one language, if it is words)."""

    path: str
    field: Field
    tongue: str = ""

    def widget_field(self) -> forms.Field:
        """The field of the form."""
        label, help_text = self._label(), self.field.hint.within(language()) if self.tongue != "ru" else ""
        if self.field.kind is Kind.FLAG:
            return forms.BooleanField(label=label, help_text=help_text, required=False)
        if self.field.kind is Kind.CHOICES:
            widget = forms.CheckboxSelectMultiple
            return LooseChoices(label=label, help_text=help_text, choices=_choices(self.field), widget=widget)
        return LooseField(label=label, help_text=help_text, widget=_widget(self.field))

    def _label(self) -> str:
        key = self.field.key
        label = OWN_LABELS[key] if key in OWN_LABELS else LABELS[key].within(language())
        return capfirst(f"{label} {LANGUAGES[self.tongue]}" if self.tongue else str(label))


class PolicyForm(forms.Form):
    """A policy in fields. Bound to what was posted, or filled from the plain data of a document."""

    use_required_attribute = False

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, document: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.given = document
        self.blocks = _count(data) if data is not None else len((document or {}).get("criteria", []))
        super().__init__(data, initial=flat(document or {}), label_suffix="", **kwargs)
        for slot in slots(self.blocks):
            self.fields[slot.path] = slot.widget_field()

    @cached_property
    def document(self) -> dict[str, Any]:
        """The plain data of the document that was posted, faults and all."""
        self.is_valid()
        tree: dict[str, Any] = {"format": FORMAT, **self._table("", HEADING[1:])}
        tree |= {name: self._table(f"{name}.", fields) for name, fields in SECTIONS.items()}
        return tree | {"criteria": [self._block(number) for number in range(1, self.blocks + 1)]}

    @cached_property
    def policy(self) -> Policy | None:
        """The policy in the fields; None if it is none, and then every fault of what was posted stands at its field."""
        document = self.document if self.is_bound else self.given
        try:
            return from_dict(document) if document else None
        except PolicyRefused as refused:
            for problem in refused.problems if self.is_bound else ():
                self.add_error(self._nearest(problem.path), said(problem))
        return None

    def _block(self, number: int) -> dict[str, Any]:
        """One criterion; keys that its role does not have are left out, for the page does not show them."""
        block = self._table(f"criteria[{number}].", CRITERION)
        kept = ROLE_KEYS.get(block.get("role", ""), None)
        others = set() if kept is None else {one.key for one in CRITERION if not one.required} - set(kept)
        return {key: value for key, value in block.items() if key not in others}

    def _table(self, prefix: str, fields: Sequence[Field]) -> dict[str, Any]:
        values = {field.key: self._value(prefix + field.key, field) for field in fields}
        return {key: value for key, value in values.items() if value is not None}

    def _value(self, path: str, field: Field) -> Any:
        if field.kind is Kind.WORDS:
            words = {tongue: self.cleaned_data.get(f"{path}.{tongue}", "") for tongue in LANGUAGES}
            return words if field.required or any(words.values()) else None
        value = self.cleaned_data.get(path)
        if field.kind in (Kind.FLAG, Kind.CHOICES):
            return value
        return typed(value, field.kind) if value else None

    def _nearest(self, path: str) -> str | None:
        """The field that a fault is about: its own, else the first one inside what it is about."""
        return next((name for name in self.fields if name == path or name.startswith((f"{path}.", f"{path}["))), None)


def slots(blocks: int) -> Iterator[Slot]:
    """Every field of a form with so many criteria; the version of the format is nobody's choice."""
    yield from _slots("", HEADING[1:])
    for name, fields in SECTIONS.items():
        yield from _slots(f"{name}.", fields)
    for number in range(1, blocks + 1):
        yield from _slots(f"criteria[{number}].", CRITERION)


def flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The plain data of a document by path, blocks counted from 1."""
    found: dict[str, Any] = {}
    for key, value in document.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        elif key == "criteria":
            for number, block in enumerate(value, start=1):
                found |= flat(block, f"criteria[{number}].")
        else:
            found[prefix + key] = value
    return found


def typed(value: str, kind: Kind) -> str | int | float:
    """What was typed as the value it stands for; a comma is as good as a point. What is no number stays text."""
    if kind is Kind.WHOLE and _WHOLE.fullmatch(value):
        return int(value)
    if kind is Kind.NUMBER and _NUMBER.fullmatch(value):
        return plain(float(value.replace(",", ".")))
    return value


def said(problem: Problem) -> str:
    """The sentence of a fault in the reader's language, without the path: it stands at the field."""
    sentence = replace(problem, path="").worded(language())
    return sentence if problem.line is not None else capfirst(sentence)


def _slots(prefix: str, fields: Sequence[Field]) -> Iterator[Slot]:
    for field in fields:
        if field.kind is Kind.WORDS:
            for tongue in LANGUAGES:
                yield Slot(path=f"{prefix}{field.key}.{tongue}", field=field, tongue=tongue)
        else:
            yield Slot(path=f"{prefix}{field.key}", field=field)


def _widget(field: Field) -> forms.Widget:
    if field.kind is Kind.CHOICE:
        return forms.Select(choices=[("", "—"), *_choices(field)])
    if field.kind is Kind.WORDS and field.high > SHORT_TEXT:
        return forms.Textarea(attrs={"rows": 3})
    mode = {Kind.WHOLE: "numeric", Kind.NUMBER: "decimal"}.get(field.kind)
    return forms.TextInput(attrs={"autocomplete": "off", **({"inputmode": mode} if mode else {})})


def _choices(field: Field) -> list[tuple[str, str]]:
    return [(str(word), capfirst(named(field.key, str(word), language()))) for word in field.choices or ()]


def _count(data: Mapping[str, Any]) -> int:
    told = str(data.get("blocks", "0"))
    return min(int(told), MOST_BLOCKS) if told.isdecimal() and len(told) < 4 else 0
