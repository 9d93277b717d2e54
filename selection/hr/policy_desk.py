"""What is being written: a policy behind one of two doors, a form or the text itself, with what it says beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from django.forms import BoundField
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from scoring import policies
from scoring.models import PolicyVersion
from scoring.policy import (
    Measure,
    Paragraph,
    Policy,
    PolicyRefused,
    Problem,
    Role,
    cuts,
    describe,
    diff,
    named,
    parse,
    policy_hash,
    render,
    rule,
    to_dict,
)  # fmt: skip
from scoring.policy.fields import CRITERION, HEADING, ROLE_KEYS, SECTIONS, Field, Kind
from selection.hr.policy_form import LANGUAGES, PolicyForm, said
from selection.reasons import language

DoorName = Literal["form", "text"]
FORM: DoorName = "form"
TEXT: DoorName = "text"
SHOWN = 120


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, with the line it stands in, or the field, so that a click leads there."""

    sentence: str
    line: int | None = None
    quoted: str = ""
    anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """Fields that stand side by side; `roles` are the roles of a criterion that have them (all, if empty)."""

    fields: list[BoundField]
    roles: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A part of the form under one heading; criteria have a number."""

    title: str
    rows: list[Row]
    number: int = 0
    help: str = ""
    rule: str = ""
    is_open: bool = True


@dataclass(frozen=True, kw_only=True)
class PolicyDesk:
    """A policy in the making. `draft` is the draft that is revised, if it is one; `base` what it is compared with.

    `source` is the text that the form was filled from: while the form says the same, it is kept as its author wrote it.
    """

    door: DoorName
    text: str = ""
    source: str = ""
    form: PolicyForm = field(default_factory=PolicyForm)
    draft: PolicyVersion | None = None
    base: PolicyVersion | None = None
    is_posted: bool = False

    @cached_property
    def read(self) -> tuple[Policy | None, tuple[Problem, ...]]:
        """The policy, or why it is none yet; the form keeps its faults at its fields."""
        if self.door == FORM:
            return self.form.policy, ()
        return _read(self.text) if self.text.strip() or self.is_posted else (None, ())

    @property
    def policy(self) -> Policy | None:
        return self.read[0]

    @property
    def is_refused(self) -> bool:
        return self.policy is None and self.is_posted

    @cached_property
    def faults(self) -> list[Fault]:
        """Everything that is wrong: by line behind the text door, by field behind the form."""
        lines = self.text.split("\n")
        if self.door == TEXT:
            return [Fault(said(one), one.line, _line(lines, one.line)) for one in self.read[1]]
        wrong = [(name, sentence) for name, found in self.form.errors.items() for sentence in found]
        return [Fault(str(sentence), anchor=_anchor(self.form, name)) for name, sentence in wrong]

    @property
    def document(self) -> str:
        """The text to keep: the author's own where there is one, else written from the form."""
        assert self.policy is not None
        if self.door == TEXT:
            return self.text
        kept = _read(self.source)[0]
        same = kept is not None and policy_hash(kept) == policy_hash(self.policy)
        return self.source if same else render(self.policy, language())

    @property
    def paragraphs(self) -> list[Paragraph]:
        return describe(self.policy, language()) if self.policy else []

    @property
    def changes(self) -> list[str]:
        """What differs from the version that it started from, in sentences."""
        if self.policy is None or self.base is None:
            return []
        return [change.worded(language()) for change in diff(policies.read(self.base), self.policy)]

    @property
    def hash(self) -> str:
        return policy_hash(self.policy) if self.policy else ""

    @property
    def title(self) -> str:
        if self.draft is None:
            return _("New draft")
        return _("Draft: %(title)s, version %(version)s") % {
            "title": policies.title(self.draft),
            "version": self.draft.version,
        }

    @cached_property
    def heading(self) -> list[Group]:
        """The document's own keys, by section."""
        first = Group(title=_("What it is for"), rows=_rows(self.form, "", HEADING[1:]))
        titles = {
            "evidence": _("Evidence"),
            "verdict": _("When the answer is sure enough"),
            "certificate": _("Certificate"),
            "outcome": _("Review"),
        }
        return [
            first,
            *(
                Group(title=titles[name], rows=_rows(self.form, f"{name}.", fields))
                for name, fields in SECTIONS.items()
            ),
        ]

    @cached_property
    def criteria(self) -> list[Group]:
        """The criteria, each with the units that it can be measured in."""
        known = {one.key: rule(one, language()) for one in self.policy.criteria} if self.policy else {}
        return [_criterion(self.form, number, known) for number in range(1, self.form.blocks + 1)]


def through_form(text: str, **known: Any) -> PolicyDesk:
    """The form filled from a text; empty if the text is no policy."""
    policy = _read(text)[0]
    form = PolicyForm(document=to_dict(policy) if policy else None)
    return PolicyDesk(door=FORM, form=form, source=text, **known)


def through_text(text: str, **known: Any) -> PolicyDesk:
    """The text itself."""
    return PolicyDesk(door=TEXT, text=text, **known)


def posted(data: Mapping[str, Any], **known: Any) -> PolicyDesk:
    """What came back from either door; browsers send line ends of their own."""
    if data.get("door") == TEXT:
        return PolicyDesk(door=TEXT, text=_lines(data, "document"), is_posted=True, **known)
    return PolicyDesk(door=FORM, form=PolicyForm(data), source=_lines(data, "source"), is_posted=True, **known)


def rearranged(desk: PolicyDesk, action: str, **known: Any) -> PolicyDesk:
    """The form with one more criterion, or with one less; what was typed stays, right or wrong."""
    document = desk.form.document
    blocks = list(document["criteria"])
    number = action.removeprefix("remove-")
    if action == "add":
        blocks.append({})
    elif number.isdecimal() and 1 <= int(number) <= len(blocks):
        del blocks[int(number) - 1]
    form = PolicyForm(document={**document, "criteria": blocks})
    return PolicyDesk(door=FORM, form=form, source=desk.source, **known)


def other_door(desk: PolicyDesk, **known: Any) -> PolicyDesk:
    """The same policy behind the other door."""
    return through_text(desk.document, **known) if desk.door == FORM else through_form(desk.document, **known)


def _lines(data: Mapping[str, Any], name: str) -> str:
    return str(data.get(name, "")).replace("\r\n", "\n")


def _read(text: str) -> tuple[Policy | None, tuple[Problem, ...]]:
    try:
        return parse(text), ()
    except PolicyRefused as refused:
        return None, refused.problems


def _line(lines: list[str], number: int | None) -> str:
    return lines[number - 1].strip()[:SHOWN] if number and number <= len(lines) else ""


def _anchor(form: PolicyForm, name: str) -> str:
    return form[name].auto_id if name in form.fields else ""


def _rows(form: PolicyForm, prefix: str, fields: tuple[Field, ...]) -> list[Row]:
    """Words take a row for themselves, one field for each language; the rest stands in rows of up to three."""
    rows: list[Row] = []
    short: list[BoundField] = []
    for one in fields:
        if one.kind is Kind.WORDS:
            rows += [Row(fields=[form[f"{prefix}{one.key}.{tongue}"] for tongue in LANGUAGES])]
        else:
            short.append(form[prefix + one.key])
    return [*rows, *(Row(fields=short[start : start + 3]) for start in range(0, len(short), 3))]


def _criterion(form: PolicyForm, number: int, known: Mapping[str, str]) -> Group:
    """One criterion; it stands open while it says nothing yet or something is wrong in it."""
    prefix = f"criteria[{number}]."
    shown = {one.key: one for one in CRITERION}
    rows = [
        _row(form, prefix, shown, "criterion", "role"),
        _row(form, prefix, shown, "group"),
        _row(form, prefix, shown, "cut", "unit"),
        _row(form, prefix, shown, "cut_why"),
        _row(form, prefix, shown, "weight"),
        _row(form, prefix, shown, "effect"),
        _row(form, prefix, shown, "why"),
        _row(form, prefix, shown, "requirement", "quality"),
        _row(form, prefix, shown, "evidence_needed", "when_missing"),
    ]
    measure, role = (form[f"{prefix}{key}"].value() or "" for key in ("criterion", "role"))
    name = capfirst(named("criterion", measure, language())) if measure else _("new")
    title = _("Criterion %(number)s: %(name)s") % {"number": number, "name": name}
    told = known.get(f"{measure}.{role}", "")
    is_wrong = any(name.startswith(prefix) for name in form.errors)
    is_open = is_wrong or not (measure and role)
    return Group(title=title, rows=rows, number=number, help=units(measure, role), rule=told, is_open=is_open)


def _row(form: PolicyForm, prefix: str, known: Mapping[str, Field], *keys: str) -> Row:
    """A row of one criterion, with the roles that have its keys."""
    fields: list[BoundField] = []
    for key in keys:
        ends = [f".{tongue}" for tongue in LANGUAGES] if known[key].kind is Kind.WORDS else [""]
        fields += [form[f"{prefix}{key}{end}"] for end in ends]
    roles = [] if known[keys[0]].required else [role for role, has in ROLE_KEYS.items() if keys[0] in has]
    return Row(fields=fields, roles=" ".join(f"for-{role}" for role in roles))


def units(measure: str, role: str) -> str:
    """In what a criterion can be cut, and between which bounds, in one line; empty while either is not chosen."""
    if measure not in list(Measure) or role not in list(Role) or role == Role.WEIGHT:
        return ""
    scales = cuts(Measure(measure), Role(role))
    if not scales:
        return _("This criterion has no place in this role. Choose another role.")
    told = [
        _("%(unit)s: from %(low)s to %(high)s")
        % {
            "unit": named("unit", str(unit), language()),
            "low": number_format(scale.low, use_l10n=True),
            "high": number_format(scale.high, use_l10n=True),
        }
        for unit, scale in scales.items()
    ]
    return capfirst("; ".join(told)) + "."
