"""What the pages of one batch show: the counts as a picture, refusals in sentences, progress, coverage."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from journal.models import Entry
from scoring.batches import is_silent, may_replace
from scoring.coverage import Coverage, coverage_of
from scoring.intake import Note, Understanding
from scoring.intake.load_profiles import title_of
from scoring.intake.profiles import DEFAULT
from scoring.intake.refusals import Refusal as Refused
from scoring.intake.sentences import note_sentence, refusal_sentence, rejection_sentence
from scoring.models import Batch, IntegrityFlag, Refusal, Replacement
from scoring.models.batches import BatchState, EvidenceKind
from scoring.models.evidence import IncidentSign
from scoring.models.replacements import ReplacementState
from scoring.preview import first_records
from scoring.replacements import offered, replaced_in
from selection.components import Part
from selection.hr import evidence_words as words
from selection.hr.evidence_again import Sharing
from selection.hr.evidence_form import found_words
from selection.hr.export_files import as_csv
from selection.hr.flag_words import flag_sentence
from selection.numbers import grouped

SHOWN_REFUSALS, LOOKED_AT, SHOWN_WORDS = 50, 500, 5
SHOWN_ALIKE = 20
STATE_TONES = {
    BatchState.PUBLISHED: "clear",
    BatchState.CHECKED: "accent",
    BatchState.STAGING: "accent",
    BatchState.REJECTED: "danger",
    BatchState.FAILED: "danger",
}


class BatchPage:
    """One batch as its pages read it."""

    steps = words.STEPS

    def __init__(self, batch: Batch, *, at: datetime) -> None:
        self.batch, self.at = batch, at
        self.seen = Understanding.from_json(batch.understanding) if batch.understanding else None

    @cached_property
    def sharing(self) -> Sharing:
        """Files that say some of the same."""
        return Sharing(self.batch, at=self.at)

    @property
    def tone(self) -> str:
        """The colour of the state."""
        return STATE_TONES.get(BatchState(self.batch.state), "")

    @property
    def parts(self) -> list[Part]:
        """What becomes of the records, to be drawn end to end."""
        batch = self.batch
        counts = [
            (_("answered, taken"), batch.accepted - batch.unanswered),
            (_("without an answer, kept as such"), batch.unanswered),
            (_("repeated in the file"), batch.duplicates),
            (_("waiting for their agent"), batch.waiting),
            (_("refused"), batch.refused - batch.waiting),
            (_("replaced by a later file"), replaced_in(batch)),
        ]
        if batch.kind != EvidenceKind.RATINGS:
            counts[0] = (_("taken"), batch.accepted)
        # Refused records have the same colour in every file, whatever else there is.
        return [
            Part(label=label, points=count, maximum=batch.records, colour=place)
            for place, (label, count) in enumerate(counts, start=1)
            if count > 0
        ]

    @property
    def sentences(self) -> list[str]:
        """What happened or will happen, count by count."""
        return [sentence for sentence in (*self._taken(), *self._left()) if sentence]

    def _taken(self) -> Iterator[str]:
        batch, found = self.batch, self.batch.understanding.get("found", {})
        if batch.unanswered:
            yield ngettext(
                "%(n)s survey was offered and not answered. It is kept as such: it lowers no mark, "
                "and shows how often customers answer.",
                "%(n)s surveys were offered and not answered. They are kept as such: they lower no mark, "
                "and show how often customers answer.",
                batch.unanswered,
            ) % {"n": grouped(batch.unanswered)}
        if found.get("unchanged"):
            yield ngettext(
                "%(n)s record is stored already with the same values: nothing is added for it.",
                "%(n)s records are stored already with the same values: nothing is added for them.",
                found["unchanged"],
            ) % {"n": grouped(found["unchanged"])}
        if found.get("created_agents"):
            yield ngettext(
                "%(n)s agent is created by the name in the file.",
                "%(n)s agents are created by the names in the file.",
                found["created_agents"],
            ) % {"n": grouped(found["created_agents"])}

    def _left(self) -> Iterator[str]:
        batch = self.batch
        if batch.waiting:
            yield ngettext(
                "%(n)s record waits, because nobody on the roster is known by the name in the file.",
                "%(n)s records wait, because nobody on the roster is known by the names in the file.",
                batch.waiting,
            ) % {"n": grouped(batch.waiting)}
        if batch.duplicates:
            yield ngettext(
                "%(n)s record repeats another one of the file and counts once.",
                "%(n)s records repeat others of the file and count once.",
                batch.duplicates,
            ) % {"n": grouped(batch.duplicates)}

    @property
    def warnings(self) -> list[str]:
        """What else was noticed; unanswered surveys and repeats are told in the counts."""
        told = {note_sentence(note) for note in self.seen.notes} if self.seen else set()
        return sorted(told | {one for one in self.batch.warnings if one not in self._counted})

    @property
    def _counted(self) -> set[str]:
        """Warnings that say what the counts say; they were stored in the language of whoever imported."""
        counts = {"unanswered": self.batch.unanswered, "duplicate_row": self.batch.duplicates}
        told: set[str] = set()
        for language, _name in settings.LANGUAGES:
            with override(language):
                told |= {note_sentence(Note(code, {"count": count})) for code, count in counts.items()}
        return told

    @property
    def rejection(self) -> str:
        """Why nothing may be imported, in the reader's language where it is known by its code."""
        if self.seen and self.seen.rejection:
            return rejection_sentence(self.seen.rejection)
        return self.batch.message

    @cached_property
    def _refused(self) -> list[list[Refusal]]:
        """The first refused records, those with the same fault together; those that only wait are told as a count."""
        alike: dict[str, list[Refusal]] = {}
        for one in self.batch.refusals.exclude(code="unknown_agent")[:LOOKED_AT]:
            alike.setdefault(repr((one.code, one.column, one.value, one.sheet, one.parameters)), []).append(one)
        return list(alike.values())[:SHOWN_REFUSALS]

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """What is wrong, in sentences, and which other records have the very same fault."""
        return [(_sentence(first), _same_in(others)) for first, *others in self._refused]

    @property
    def _refused_marks(self) -> QuerySet[Refusal]:
        heading = self.seen.headings().get("rating", "") if self.seen else ""
        return self.batch.refusals.filter(column=heading) if heading else Refusal.objects.none()

    @property
    def has_empty_marks(self) -> bool:
        """Whether records are refused only because their mark is empty: those may be surveys without an answer."""
        return self._refused_marks.filter(code="missing_value").exists()

    @property
    def wordy_marks(self) -> list[str]:
        """Words that stand where a mark should: they may say that there was no answer."""
        found = self._refused_marks.filter(code="not_a_number").order_by("value")
        return list(found.values_list("value", flat=True).distinct()[:SHOWN_WORDS])

    @property
    def has_more_refusals(self) -> bool:
        """Whether there are more than are shown."""
        return self.batch.refused - self.batch.waiting > sum(map(len, self._refused))

    @property
    def waiting_names(self) -> list[str]:
        """Whom the file names and nobody knows, in a dry run."""
        found = self.batch.refusals.filter(code="unknown_agent").order_by("value")
        return list(found.values_list("value", flat=True).distinct()[:20])

    @cached_property
    def preview(self) -> dict[str, Any]:
        """The first records as they will be stored; columns that are empty throughout are left out."""
        rows = first_records(self.batch, at=self.at)
        names = [name for name in (rows[0] if rows else {}) if any(row[name] not in (None, "") for row in rows)]
        heads = [_("Record") if name == "record" else self._field_name(name) for name in names]
        return {"heads": heads, "rows": [[_previewed(name, row[name]) for name in names] for row in rows]}

    def _field_name(self, name: str) -> str:
        own = {"agent_ref": "agent", "value": "rating"}.get(name, name)
        if own == "key" and self.seen and self.seen.key != ("key",):
            return _("Key")
        return words.meaning_name(self.batch.kind, own)

    @property
    def is_silent(self) -> bool:
        """Whether the worker has not stirred for so long that it may be started again."""
        return is_silent(self.batch, self.at)

    @property
    def rate(self) -> float | None:
        """Records a second, once there is something to go by."""
        if not self.batch.started_at or not self.batch.done:
            return None
        return self.batch.done / max(1.0, (self.at - self.batch.started_at).total_seconds())

    @property
    def remaining(self) -> float | None:
        """Seconds left at this rate."""
        rate = self.rate
        return (self.batch.records - self.batch.done) / rate if rate and self.batch.records else None

    @property
    def facts(self) -> list[tuple[str, object]]:
        """How the file was read."""
        if not self.seen:
            return []
        told = found_words(self.seen)
        asked: list[tuple[str, object]] = [
            (_("Format"), words.word(words.CONTAINERS, self.seen.container)),
            (_("Sheet"), told["sheet"]),
            (_("Encoding"), told["encoding"]),
            (_("Delimiter"), told["delimiter"] if self.seen.delimiter else ""),
            (_("Order of dates"), told["date_order"]),
            (_("Time zone"), told["zone"]),
        ]
        if self.batch.kind == EvidenceKind.RATINGS:
            asked += [
                (_("Scale of the marks"), told["instrument"]),
                (_("One rating is told from another by"), told["key"]),
            ]
            asked += [(_("An empty mark is"), told["empty_rating"]), (_("Words for no answer"), told["unanswered"])]
        if self.batch.kind != EvidenceKind.AGENTS:
            asked.append((_("Agents are named"), told["agent_by"]))
        return [(label, value) for label, value in asked if value]

    @property
    def flags(self) -> list[tuple[IntegrityFlag, str]]:
        """What looked odd about it, with the sentence that says why."""
        return [(flag, flag_sentence(flag)) for flag in self.batch.flags.select_related("agent")]

    @cached_property
    def offered(self) -> int:
        """How many refused records say something else than what is stored now."""
        return len(offered(self.batch))

    @cached_property
    def replacements(self) -> list[Replacement]:
        """What was asked for from this file, or changed by its source."""
        hidden = (ReplacementState.STAGED, ReplacementState.OFFERED)
        return list(self.batch.replacements.exclude(state__in=hidden).select_related("asked_by"))

    @property
    def provenance(self) -> list[tuple[str, object]]:
        """Where the rows came from, to the byte."""
        batch = self.batch
        told: list[tuple[str, object]] = [
            (_("SHA-256 of the file"), batch.content_hash),
            (_("Size"), filesizeformat(batch.byte_size)),
            (_("Profile"), source_name(batch.profile)),
            (_("Brought in by"), person_name(batch.created_by) or _("a command")),
            (_("Brought in"), moment(batch.created_at)),
        ]
        dated = [(_("Published"), batch.published_at), (_("Withdrawn"), batch.withdrawn_at)]
        return told + [(label, moment(at)) for label, at in dated if at]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Which column was read as what."""
        if not self.seen:
            return []
        return [
            (one.heading, words.meaning_name(self.batch.kind, one.meaning)) for one in self.seen.columns if one.meaning
        ]

    @cached_property
    def coverage(self) -> Coverage | None:
        """Ratings by month."""
        counts = self.batch.kind == EvidenceKind.RATINGS and self.batch.state == BatchState.PUBLISHED
        return coverage_of(self.batch) if counts else None

    @property
    def month_names(self) -> list[str]:
        """Labels of the coverage."""
        return month_labels(self.coverage) if self.coverage else []

    @property
    def gaps(self) -> str:
        """Months that are missing in between."""
        return gap_words(self.coverage) if self.coverage else ""

    @property
    def may_import(self) -> bool:
        """Whether anything of the file can be taken, now or once an agent is known."""
        return bool(self.batch.accepted or self.batch.waiting or may_replace(self.batch))

    @property
    def import_label(self) -> str:
        """The button, with what it will do."""
        if not self.batch.accepted and not self.batch.waiting:
            return _("Keep the records, to be asked for as a replacement")
        if not self.batch.accepted:
            return _("Keep the records waiting")
        taken = self.batch.accepted
        return ngettext("Import %(n)s record", "Import %(n)s records", taken) % {"n": grouped(taken)}

    @cached_property
    def withdrawal(self) -> str:
        """The reason of a withdrawal."""
        found = Entry.objects.filter(subject_kind="scoring.batch", subject_id=str(self.batch.pk), verb="withdraw_batch")
        last = found.order_by("-sequence").first()
        return str(last.detail.get("reason", "")) if last else ""


def source_name(profile: str) -> str:
    """What the source of a file is called."""
    return _("no profile: read by its headings") if profile in ("", DEFAULT) else title_of(profile)


def person_name(user: User | None) -> str:
    """The name of a login, or how it logs in."""
    return user.get_full_name() or user.username if user else ""


def month_labels(found: Coverage) -> list[str]:
    """Short names of months, the year with the first one and with each January."""
    return [
        formats.date_format(month, "M y" if not place or month.month == 1 else "M")
        for place, month in enumerate(found.months)
    ]


def gap_words(found: Coverage) -> str:
    """The months that are missing, by name."""
    return ", ".join(formats.date_format(month, "YEAR_MONTH_FORMAT") for month in found.gaps)


def moment(value: datetime | None) -> str:
    """A moment in the company's time zone, '—' for none."""
    return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT") if value else "—"


def cell(value: Any) -> str:
    """One stored value as people read it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return moment(value)
    return str(formats.localize(int(value) if isinstance(value, float) and value.is_integer() else value))


def _same_in(others: list[Refusal]) -> str:
    if not others:
        return ""
    records = ", ".join(grouped(one.record) for one in others[:SHOWN_ALIKE])
    if len(others) > SHOWN_ALIKE:
        told = {"records": records, "n": grouped(len(others) - SHOWN_ALIKE)}
        return _("The same in the records %(records)s and %(n)s more.") % told
    return ngettext("The same in record %(records)s.", "The same in the records %(records)s.", len(others)) % {
        "records": records
    }


def _previewed(name: str, value: Any) -> str:
    return str(IncidentSign(value).label) if name == "sign" and value else cell(value)


def refused_file(batch: Batch) -> bytes:
    """Refused records as a CSV that can be corrected and sent again: the columns of the file, then the reason."""
    found = list(batch.refusals.all())
    held = {heading for one in found for heading in one.cells}
    # PostgreSQL does not keep the order of an object's names: the file's own order is that of its columns.
    order = [column["heading"] for column in batch.understanding.get("columns", [])]
    headings = [heading for heading in order if heading in held]
    rows = [[*headings, _("Record"), _("Why it was refused")]]
    rows += [[*(str(one.cells.get(name, "")) for name in headings), str(one.record), _sentence(one)] for one in found]
    return as_csv(rows)


def _sentence(refusal: Refusal) -> str:
    return refusal_sentence(_as_refused(refusal))


def _as_refused(stored: Refusal) -> Refused:
    return Refused(
        stored.record, stored.code, stored.column, stored.value, stored.parameters, stored.sheet, stored.cells
    )
