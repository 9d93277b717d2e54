"""Refusals of question and task files as sentences: record, column, value, remedy."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessments.bank.shapes import Refusal

UNKNOWN = gettext_noop("Correct the record and import the file again.")
SENTENCES = {
    "missing_value": gettext_noop("“%(column)s” is empty. Fill it in."),
    "too_long": gettext_noop("“%(column)s” is too long: “%(value)s”. Shorten it."),
    "bad_type": gettext_noop("“%(value)s” is no type of question. Write single or multi."),
    "bad_correct": gettext_noop(
        "“%(value)s” does not name the right answer. Write the Latin letter of an option that has a text; "
        "several letters with a comma only for the type multi."
    ),
    "bad_weight": gettext_noop("“%(value)s” is no weight. Write a number above 0, such as 1 or 1.5."),
    "missing_translation": gettext_noop(
        "“%(column)s” is not in the same languages as its question: “%(value)s”. Add the translation."
    ),
    "same_id_conflict": gettext_noop(
        "The identifier “%(value)s” stands twice with different content. Give one of them another."
    ),
    "ragged": gettext_noop("The row has %(value)s cells, another number than the header. Quote texts with separators."),
    "not_utf8": gettext_noop("The file is not in UTF-8. Save it as “CSV UTF-8” and import it again."),
    "empty_file": gettext_noop("The file is empty. Choose another."),
    "control_characters": gettext_noop("The file has NUL characters; it may be no CSV. Save it as “CSV UTF-8”."),
    "unclosed_quote": gettext_noop("A quotation mark is opened and never closed, or a cell is too long. Correct it."),
    "duplicate_header": gettext_noop("The column “%(column)s” stands twice in the header. Remove one."),
    "missing_column": gettext_noop("The column “%(column)s” is missing. Add it, or rename yours to it."),
    "not_toml": gettext_noop("The file is no valid TOML: %(value)s. Correct the line."),
    "no_table": gettext_noop("“%(column)s” is “%(value)s”, not a table with texts. Write it as in the example."),
    "no_list": gettext_noop("“%(column)s” is “%(value)s”, not a list. Write it as in the example."),
    "no_whole_number": gettext_noop("“%(column)s” is “%(value)s”. Write a whole number above 0."),
    "weights_not_100": gettext_noop("The weights of the criteria add up to %(value)s. Make them 100."),
    "too_few_levels": gettext_noop("“%(column)s” has %(value)s levels. Describe at least two."),
}


def sentence(refusal: Refusal) -> str:
    """Word a refusal in the active language, led in by its record."""
    told = _(SENTENCES.get(refusal.code, UNKNOWN)) % {"column": refusal.column, "value": refusal.value[:80]}
    if not refusal.record:
        return told
    return _("Record %(record)s: %(told)s") % {"record": refusal.record, "told": told}
