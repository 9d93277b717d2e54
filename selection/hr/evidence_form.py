"""The form of the mapping page: what the whole file is like, and what each column means.

Empty stands for “as found”: only what a person really chose becomes a choice, so that a question which comes up later
is not answered by a default that nobody looked at.
"""

import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _

from scoring.intake import Choices, Column, Understanding
from scoring.intake.meanings import AGENTS, RATINGS, meanings_of
from scoring.intake.understanding import EMPTY, PRIVILEGED, SENSITIVE
from scoring.intake.zones import zone_of
from selection.hr import evidence_words as words

CLOSED = (EMPTY, PRIVILEGED, SENSITIVE)
SURE_ENOUGH = 0.5
# Changing one of these changes which columns there are.
LAYOUT = ("sheet", "encoding", "delimiter", "header_row")
VALUES = ("date_order", "zone", "instrument", "agent_by", "empty_rating")


def field_of(column: Column) -> str:
    """The name of a column's field."""
    return f"column-{column.place}"


def open_columns(seen: Understanding) -> list[Column]:
    """Columns that may be mapped: neither empty nor closed to everybody."""
    return [column for column in seen.columns if column.state not in CLOSED]


def signature(seen: Understanding) -> str:
    """Tell one set of columns from another: choices about columns hold for those they were made about."""
    return str(zlib.crc32("\n".join(column.heading for column in seen.columns).encode()))


class MappingForm(forms.Form):
    """How one file shall be read. Built over a look at its layout, since the columns are the file's own."""

    columns = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None, *, base: Understanding, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial={**initial, "columns": signature(base)})
        self.base = base
        self.fields.update({**_layout_fields(base), **_value_fields(base.kind)})
        for column in open_columns(base):
            self.fields[field_of(column)] = _column_field(base.kind, column)

    def choices(self) -> Choices:
        """What was chosen, as intake takes it; a field with a fault counts as undecided."""
        columns = {f"#{one.place + 1}": self.value(field_of(one)) for one in open_columns(self.base)}
        taken = {name: self.value(name) for name in (*LAYOUT, *VALUES) if name in self.fields and self.value(name)}
        key = tuple(self.value("key").split(",")) if self.value("key") else ()
        return Choices(columns=columns, key=key, unanswered=_listed(self.value("unanswered")), **taken)

    def value(self, name: str) -> Any:
        """What a field holds now, '' when nothing or nothing valid."""
        if name not in self.fields:
            return ""
        if not self.is_bound:
            return self.get_initial_for_field(self.fields[name], name) or ""
        self.full_clean()
        return self.cleaned_data.get(name) or ""

    def spell(self, base: Understanding) -> None:
        """Show beside each encoding how a text of the file would read in it."""
        field = self.fields.get("encoding")
        if isinstance(field, forms.ChoiceField):
            options = list(field.widget.choices)
            read = spellings(base, [code for code, _name in options[1:]])
            field.choices = [
                options[0],
                *((c, f"{name}: {read[c]}" if read.get(c) else name) for c, name in options[1:]),
            ]

    def tell(self, seen: Understanding) -> None:
        """Say in each empty option what was found, or that a person must choose."""
        asked = {question.choice for question in seen.questions} | ({"key"} if not seen.key else set())
        for name, told in found_words(seen).items():
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                empty = _("— please choose —") if name in asked else _("as found: %(found)s") % {"found": told}
                field.choices = [("", empty), *list(field.widget.choices)[1:]]
            elif field is not None:
                field.widget.attrs["placeholder"] = told


def spellings(seen: Understanding, encodings: Iterable[str]) -> dict[str, str]:
    """How one text of the file reads in each encoding; only encodings that can spell it."""
    texts = [one for column in seen.columns for one in (column.heading, *column.examples) if not one.isascii()]
    found: dict[str, str] = {}
    for encoding in encodings:
        with suppress(UnicodeError, LookupError):
            read = texts[0].encode(seen.encoding).decode(encoding) if texts else ""
            found[encoding] = read if read.isprintable() else ""
    return found


def found_words(seen: Understanding) -> dict[str, str]:
    """What holds for the whole file, in words, by field."""
    return {
        "sheet": ", ".join(seen.read_sheets),
        "encoding": words.word(words.ENCODINGS, seen.encoding.removesuffix("-sig")),
        "delimiter": words.word(words.DELIMITERS, seen.delimiter),
        "header_row": str(seen.header_row) if seen.header_row else _("there is none"),
        "date_order": words.word(words.DATE_ORDERS, seen.date_order),
        "zone": seen.zone,
        "instrument": words.word(words.INSTRUMENTS, seen.instrument) if seen.instrument else _("not known yet"),
        "agent_by": words.word(words.AGENT_BY, seen.agent_by),
        "empty_rating": words.word(words.EMPTY_RATINGS, seen.empty_rating),
        "unanswered": "; ".join(seen.unanswered),
        "key": words.word(words.KEYS, ",".join(seen.key)) if seen.key else _("not known yet"),
    }


class ZoneField(forms.CharField):
    """A time zone by its IANA name."""

    def clean(self, value: Any) -> str:
        name = str(super().clean(value))
        if name and zone_of(name) is None:
            told = _("“%(zone)s” is no time zone. Use a name such as Europe/Moscow.")
            raise forms.ValidationError(told % {"zone": name})
        return name


def zones() -> list[str]:
    """Every time zone that has a place in its name."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))


def _choice(label: str, names: words.Words, help_text: str = "") -> forms.ChoiceField:
    options = [("", ""), *((code, words.word(names, code)) for code in names)]
    return forms.ChoiceField(label=label, choices=options, required=False, help_text=help_text)


def _layout_fields(seen: Understanding) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    if len(seen.sheets) > 1:
        sheets = [("", ""), *((name, name) for name in seen.sheets), ("*", _("all sheets with these headings"))]
        found["sheet"] = forms.ChoiceField(label=_("Sheet"), choices=sheets, required=False)
    if seen.encoding:
        found["encoding"] = _choice(_("Encoding"), words.ENCODINGS)
    if seen.container == "text":
        found["delimiter"] = _choice(_("Delimiter"), words.DELIMITERS)
    if seen.container in {"text", "xlsx", "xls"}:
        found["header_row"] = forms.IntegerField(
            label=_("Row of the headings"), min_value=1, max_value=1000, required=False
        )
    return found


def _value_fields(kind: str) -> dict[str, forms.Field]:
    zone_input = forms.TextInput(attrs={"list": "zones", "autocomplete": "off"})
    zone = ZoneField(label=_("Time zone"), required=False, help_text=_("For times that name none."), widget=zone_input)
    found: dict[str, forms.Field] = {"date_order": _choice(_("Order of dates"), words.DATE_ORDERS)}
    if kind != AGENTS:
        found["zone"] = zone
        found["agent_by"] = _choice(_("Agents are named"), words.AGENT_BY)
    if kind == RATINGS:
        found["instrument"] = _choice(_("Scale of the marks"), words.INSTRUMENTS)
        found["empty_rating"] = _choice(_("An empty mark is"), words.EMPTY_RATINGS)
        found["unanswered"] = forms.CharField(
            label=_("Words for no answer"), max_length=500, required=False,
            help_text=_("As they stand in place of a mark; several with a semicolon between them."),
        )  # fmt: skip
        found["key"] = _choice(_("One rating is told from another by"), words.KEYS)
        found["create_agents"] = _creating()
    return found


def _listed(text: str) -> tuple[str, ...]:
    """Words with semicolons between them, in small letters."""
    return tuple(dict.fromkeys(word for part in text.split(";") if (word := part.strip().lower())))


def _creating() -> forms.BooleanField:
    told = _(
        "For a first import without a roster: whoever is not known becomes an agent, without team and hire date. "
        "Otherwise the records wait until you say who is meant."
    )
    return forms.BooleanField(label=_("Create the agents it names"), required=False, help_text=told)


def _column_field(kind: str, column: Column) -> forms.ChoiceField:
    meanings = meanings_of(kind).values()
    groups: list[Any] = [
        ("", _("— leave out —")),
        (_("Needed"), [(one.name, words.meaning_name(kind, one.name)) for one in meanings if one.required]),
        (_("Useful"), [(one.name, words.meaning_name(kind, one.name)) for one in meanings if not one.required]),
    ]
    label = _("What “%(heading)s” holds") % {"heading": column.heading}
    return forms.ChoiceField(label=label, choices=groups, required=False)


def proposed(seen: Understanding) -> dict[str, str]:
    """The meaning of each column before a person has decided: known headings, then guesses worth proposing."""
    # A date without its time of day would be kept without a word, so even a faint guess of the time is proposed.
    needed = {one.name for one in meanings_of(seen.kind).values() if one.required} | {"rated_time"}
    found: dict[str, str] = {}
    for column in sorted(open_columns(seen), key=lambda one: not one.meaning):
        guess = column.guess if column.guess in needed or column.confidence >= SURE_ENOUGH else ""
        meaning = column.meaning or guess
        if meaning and meaning not in found.values():
            found[field_of(column)] = meaning
    return found


def stored(choices: Choices) -> dict[str, Any]:
    """Choices that were kept earlier, as the form's initial values."""
    columns = {f"column-{int(place[1:]) - 1}": meaning for place, meaning in choices.columns.items()}
    plain = {name: getattr(choices, name) or "" for name in (*LAYOUT, *VALUES)}
    return {**columns, **plain, "key": ",".join(choices.key), "unanswered": "; ".join(choices.unanswered)}


def layout_of(given: Mapping[str, Any]) -> Choices:
    """Only what decides which columns there are."""
    row = str(given.get("header_row") or "")
    sheet, encoding, delimiter = (str(given.get(name) or "") for name in LAYOUT[:3])
    found = int(row) if row.isdigit() and len(row) < 4 else 0
    return Choices(sheet=sheet, encoding=encoding, delimiter=delimiter, header_row=found)
