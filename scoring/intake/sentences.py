"""Codes of intake put into sentences that name the record, the column, the value and the remedy."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scoring.intake.meanings import meanings_of
from scoring.intake.refusals import Note, Question, Refusal, Rejection

REFUSALS: dict[str, Promise] = {
    "missing_value": gettext_lazy("The column “%(column)s” is empty. Fill it in and send the record again."),
    "not_a_number": gettext_lazy("“%(value)s” in “%(column)s” is not a number. Write the mark as a plain number."),
    "number_too_large": gettext_lazy("The number in “%(column)s” is too large to be true. Correct it."),
    "out_of_range": gettext_lazy(
        "“%(value)s” in “%(column)s” is outside %(low)s to %(high)s, or not a whole number. Correct it, or choose"
        " another scale."
    ),
    "unknown_code": gettext_lazy(
        "“%(value)s” in “%(column)s” is none of the marks of this source (%(codes)s). Choose another source or scale."
    ),
    "too_long": gettext_lazy("The text in “%(column)s” is longer than %(limit)s characters. Shorten it."),
    "control_char": gettext_lazy("“%(column)s” holds the invisible character %(code)s: “%(value)s”. Remove it."),
    "bad_encoding": gettext_lazy(
        "“%(column)s” holds bytes that are no text in the file's encoding: “%(value)s”. Save the file again as UTF-8."
    ),
    "bad_date": gettext_lazy(
        "“%(value)s” in “%(column)s” is no date that can be true. Write it as 2026-01-31 10:22:00."
    ),
    "cut_off": gettext_lazy(
        "The file ends inside “%(column)s”: “%(value)s” is shorter than all the others. Download or save it again."
    ),
    "future_date": gettext_lazy(
        "“%(value)s” in “%(column)s” lies in the future. Correct the date, or import the file later."
    ),
    "nonexistent_local_time": gettext_lazy(
        "The clock of %(zone)s never showed “%(value)s” (summer time began). Give the time with its offset."
    ),
    "ambiguous_local_time": gettext_lazy(
        "The clock of %(zone)s showed “%(value)s” twice (summer time ended). Give the time with its offset."
    ),
    "bad_timezone": gettext_lazy("“%(zone)s” is no time zone. Use a name such as Europe/Moscow."),
    "before_chat": gettext_lazy("“%(value)s” in “%(column)s” is before the chat began. Correct one of the two times."),
    "self_rating": gettext_lazy(
        "The agent rated their own chat (“%(value)s” in “%(column)s”). Such a rating is never counted."
    ),
    "before_hire": gettext_lazy(
        "“%(value)s” in “%(column)s” is before the agent was hired on %(hired_on)s. Correct the date or the roster."
    ),
    "after_leaving": gettext_lazy(
        "“%(value)s” in “%(column)s” is long after the agent left on %(left_on)s. Correct the date or the roster."
    ),
    "unknown_agent": gettext_lazy(
        "Nobody on the roster is “%(value)s” (“%(column)s”). Match the name once on the waiting list, or import "
        "the roster first."
    ),
    "ignored_agent": gettext_lazy("Records of “%(value)s” are left out, as decided on the waiting list."),
    "conflict_id": gettext_lazy(
        "The key “%(value)s” stands in several records with different values. Keep the right record only."
    ),
    "conflict_stored": gettext_lazy(
        "“%(value)s” is already stored with other values (batch %(batch)s, record %(stored_record)s). Offer it as"
        " a replacement."
    ),
    "older_answer": gettext_lazy(
        "The customer changed the answer “%(value)s” later, and the later one is stored (batch %(batch)s, record "
        "%(stored_record)s). Nothing needs to be done."
    ),
    "ragged_row": gettext_lazy(
        "The record has %(found)s cells, the heading has %(expected)s. Quote cells that contain the delimiter."
    ),
    "bad_quoting": gettext_lazy("The quotes on line %(line)s do not match. Double every quote inside a quoted cell."),
    "error_cell": gettext_lazy(
        "“%(column)s” holds the spreadsheet error “%(value)s”. Correct the formula and save values."
    ),
    "formula_without_value": gettext_lazy(
        "“%(column)s” holds the formula “%(value)s” without a result. Open the workbook, let it calculate, and save it."
    ),
    "mangled_id": gettext_lazy(
        "A spreadsheet has cut the identifier “%(value)s” in “%(column)s”. Export it again with the column as text."
    ),
    "bad_json": gettext_lazy("The line is no JSON: “%(value)s”. Export it again."),
    "not_object": gettext_lazy("The line is JSON but no object: “%(value)s”. Each line must be one object."),
    "duplicate_key": gettext_lazy("The name “%(key)s” stands twice in one object. Keep one of the two."),
    "nested_value": gettext_lazy(
        "“%(column)s” holds a list or an object, not one value: “%(value)s”. Export one plain value per record."
    ),
    "nesting_too_deep": gettext_lazy("The object is nested deeper than %(limit)s levels. Export flat records."),
    "not_a_boolean": gettext_lazy("“%(value)s” in “%(column)s” is neither yes nor no."),
    "bad_sign": gettext_lazy("“%(value)s” in “%(column)s” is neither positive, negative nor mixed."),
    "unsafe_url": gettext_lazy(
        "“%(value)s” in “%(column)s” is not a web address that can be kept. Use http:// or https:// without a login."
    ),
    "private_url": gettext_lazy("“%(value)s” in “%(column)s” leads into an internal network. Give the public address."),
    "bad_email": gettext_lazy("“%(value)s” in “%(column)s” is not an e-mail address."),
    "duplicate_email": gettext_lazy(
        "The e-mail “%(value)s” belongs to more than one agent. Each agent needs one of their own."
    ),
    "lookalike": gettext_lazy(
        "The staff number “%(value)s” looks like “%(similar)s” and is another one: letters of two alphabets, or "
        "capital and small ones. Write it in one way."
    ),
    "left_before_hired": gettext_lazy("The agent left (“%(value)s”) before being hired. Correct one of the two dates."),
    "protected_change": gettext_lazy(
        "“%(column)s” would change from %(stored)s to “%(value)s”. Dates of employment change only by a "
        "correction that a second person confirms."
    ),
    "self_manager": gettext_lazy(
        "“%(value)s” would be their own manager. Name somebody else, or leave the cell empty."
    ),
    "missing_ref": gettext_lazy(
        "The manager “%(value)s” is neither in the file nor on the roster. Import the manager first."
    ),
    "cycle": gettext_lazy(
        "“%(value)s” reports, directly or through others, to this agent. Break the circle of managers."
    ),
}

REJECTIONS: dict[str, Promise] = {
    "empty_file": gettext_lazy("The file is empty. Export it again."),
    "no_records": gettext_lazy("The file has headings but no records. Export it again with data."),
    "too_large": gettext_lazy("The file has %(size)s MB; at most %(limit)s MB are read. Split it."),
    "not_this_format": gettext_lazy(
        "The file is not a table but %(found)s. If it is a login page, log in at the source and export again; "
        "otherwise send CSV or XLSX."
    ),
    "unsupported_type": gettext_lazy("%(found)s is not read. Save the table as .xlsx or .csv and send it again."),
    "encrypted": gettext_lazy("The file is protected with a password. Remove the password and send it again."),
    "corrupt": gettext_lazy("The file is damaged or was cut off (%(container)s). Download or save it again."),
    "zip_bomb": gettext_lazy(
        "Unpacked, the file would be larger than %(limit)s MB or suspiciously well packed. Send plain data in parts."
    ),
    "nested_archive": gettext_lazy("There is an archive inside the archive. Pack the one file directly."),
    "several_files": gettext_lazy("The archive holds %(found)s files. Pack exactly one."),
    "path_traversal": gettext_lazy("The archive names a file outside of itself: “%(name)s”. Pack the one file afresh."),
    "too_many_entries": gettext_lazy("The archive holds %(found)s entries; at most %(limit)s are looked at."),
    "xml_entity": gettext_lazy(
        "The workbook defines XML entities, which no spreadsheet program writes. Save it again as .xlsx."
    ),
    "too_many_columns": gettext_lazy(
        "The table has %(found)s columns; at most %(limit)s are read. Leave out what is not needed."
    ),
    "too_many_rows": gettext_lazy("The table has %(found)s records; at most %(limit)s are read at once. Split it."),
    "too_many_cells": gettext_lazy(
        "The sheet spans %(rows)s rows and %(columns)s columns. Delete the empty rest, or save it as CSV."
    ),
    "line_too_long": gettext_lazy("Line %(line)s is longer than %(limit)s characters: this is no table of records."),
    "bad_encoding": gettext_lazy(
        "The file cannot be read as %(encoding)s. Choose another encoding or save it as UTF-8."
    ),
    "bad_json": gettext_lazy("The JSON document breaks off or is not valid near “%(found)s”. Export it again."),
    "missing_column": gettext_lazy(
        "The column %(columns)s is missing. Found: %(found)s. Add it and send the file again."
    ),
    "second_header": gettext_lazy(
        "Record %(record)s is another row of headings: below it the columns may stand in another order. Send the "
        "tables one by one."
    ),
    "duplicate_column": gettext_lazy("The column “%(column)s” stands twice. Keep the right one."),
    "unterminated_quote": gettext_lazy(
        "A quote opened in record %(record)s (line %(line)s) is not closed and swallows the records after it. "
        "Close or double it."
    ),
    "kept_in_warehouse": gettext_lazy(
        "Ratings stay in the company's warehouse (EVIDENCE_SOURCE): imported here they would count twice. Add them "
        "there; the next refresh_cells counts them."
    ),
    "not_understood": gettext_lazy("The file has open questions. Answer them first."),
}

QUESTIONS: dict[str, Promise] = {
    "ambiguous_encoding": gettext_lazy(
        "The letters can be read in several ways. In which encoding is the file: %(options)s?"
    ),
    "mixed_encoding": gettext_lazy(
        "Line %(line)s is written in UTF-8, other lines in %(encoding)s. Save the file in one encoding, or say which"
        " one holds: lines in the other come out wrong or are refused."
    ),
    "ambiguous_sheet": gettext_lazy("Several sheets hold data: %(sheets)s. Which one shall be read, or all of them?"),
    "unequal_sheets": gettext_lazy(
        "The sheets %(sheets)s do not have the same headings in the same places. Read them one by one."
    ),
    "ambiguous_date": gettext_lazy(
        "Nothing decides whether the day or the month comes first in %(columns)s. Which is it?"
    ),
    "swapped_dates": gettext_lazy(
        "In %(columns)s some dates are texts, and all the others have a day up to 12: a spreadsheet has probably taken "
        "days for months. Export the file again with this column as text, or say the order to take them as they are."
    ),
    "time_apart": gettext_lazy(
        "“%(column)s” holds days without a time of day, and “%(other)s” looks like it. Map the columns: with it or "
        "without it."
    ),
    "ambiguous_scale": gettext_lazy(
        "The marks in “%(column)s” (%(values)s) do not tell their scale. Which survey was it?"
    ),
    "missing_column": gettext_lazy("Which column holds %(columns)s? Map the columns."),
    "duplicate_meaning": gettext_lazy("Several columns could hold the same thing: %(options)s. Choose one."),
    "no_header": gettext_lazy("The first line looks like data: there are no headings. Say what each column holds."),
    "protected_change": gettext_lazy(
        "Record %(record)s would change a date of employment stored as %(stored)s. "
        "Such dates change only by a correction that a second person confirms."
    ),
    "bad_choice": gettext_lazy(
        "“%(value)s” cannot be chosen for “%(choice)s” in this file. Choose one of: %(options)s."
    ),
    "no_key": gettext_lazy("No column identifies a rating. Which columns together do: %(options)s?"),
}

NOTES: dict[str, Promise] = {
    "privileged_column": gettext_lazy("Columns about rights or passwords were not read: %(columns)s."),
    "sensitive_column": gettext_lazy("Columns with sensitive personal data were not read: %(columns)s."),
    "unknown_column": gettext_lazy("Columns nobody asked for were left out: %(columns)s."),
    "other_sheet": gettext_lazy("Sheets without the table were left out: %(sheets)s."),
    "hidden_sheet": gettext_lazy("Hidden sheets were left out: %(sheets)s."),
    "rating_burst": gettext_lazy(
        "Many ratings within %(minutes)s minutes for one agent: %(agents)s. Look at them before they count."
    ),
    "repeated_rater": gettext_lazy("One customer rated the same agent again and again: %(agents)s."),
}


def refusal_sentence(refusal: Refusal) -> str:
    """Word one refused record: where, what and how to mend it."""
    where = _("Record %(record)s") % {"record": refusal.record}
    if refusal.sheet:
        where = _("Sheet “%(sheet)s”, record %(record)s") % {"sheet": refusal.sheet, "record": refusal.record}
    params = {"column": refusal.column, "value": refusal.value, **refusal.params}
    sentence = _filled(REFUSALS, refusal.code, params)
    similar = refusal.params.get("similar")
    hint = " " + _("Did you mean %(similar)s?") % {"similar": similar} if similar else ""
    return f"{where}: {sentence}{hint}"


def rejection_sentence(rejection: Rejection) -> str:
    """Word the one reason why a file is turned away."""
    return _filled(REJECTIONS, rejection.code, rejection.params)


def question_sentence(question: Question) -> str:
    """Word one thing that a person must decide."""
    return _filled(QUESTIONS, question.code, {"options": list(question.options), **question.params})


def note_sentence(note: Note) -> str:
    """Word one warning about the whole file."""
    count = note.params.get("count", 0)
    counted = {
        "totals_row_skipped": ngettext(
            "%(count)s totals row was left out.", "%(count)s totals rows were left out.", count
        ),
        "duplicate_row": ngettext(
            "%(count)s record repeats another one and was counted once.",
            "%(count)s records repeat others and were counted once.",
            count,
        ),
        "changed_answer": ngettext(
            "%(count)s answer was changed later in the same file; only the later one counts.",
            "%(count)s answers were changed later in the same file; only the later ones count.",
            count,
        ),
        "unanswered": ngettext(
            "%(count)s survey was offered and not answered; it is kept as such.",
            "%(count)s surveys were offered and not answered; they are kept as such.",
            count,
        ),
        "lost_letters": ngettext(
            "%(count)s letter was lost before the file was sent; where it stood there is now the sign U+FFFD.",
            "%(count)s letters were lost before the file was sent; where they stood there is now the sign U+FFFD.",
            count,
        ),
        "ignored_rows": ngettext(
            "%(count)s row is no survey and was left out.", "%(count)s rows are no surveys and were left out.", count
        ),
    }
    if note.code in counted:
        return counted[note.code] % note.params
    return _filled(NOTES, note.code, note.params)


def meaning_label(kind: str, meaning: str) -> str:
    """The heading under which a meaning is best known, for selects and messages."""
    return meanings_of(kind)[meaning].aliases[0]


def _filled(sentences: Mapping[str, Promise], code: str, params: Mapping[str, Any]) -> str:
    values = {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value for name, value in params.items()
    }
    return str(sentences[code]) % _Lenient(values)


class _Lenient(dict[str, Any]):
    """Parameters of a sentence; one that is missing is left out instead of breaking the report."""

    def __missing__(self, key: str) -> str:
        return ""
