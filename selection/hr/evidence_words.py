"""What intake's codes are called on the page, and why a question is asked."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scoring.intake.meanings import AGENTS, RATINGS, VIRAL

Words = dict[str, Promise]

MEANINGS: dict[str, Words] = {
    RATINGS: {
        "key": _("Number of the rating"),
        "chat_id": _("Number of the chat"),
        "agent": _("Agent"),
        "rating": _("Mark given by the customer"),
        "rated_at": _("Date of the rating"),
        "rated_time": _("Time of day, when it stands in a column of its own"),
        "comment": _("Customer's comment"),
        "channel": _("Channel"),
        "topic": _("Topic"),
        "rater": _("Customer"),
        "chat_started_at": _("Start of the chat"),
        "tz": _("Time zone"),
        "handling_seconds": _("Handling time"),
        "answer_seconds": _("Time until the answer"),
        "resolved": _("Resolved (yes or no)"),
        "answered": _("Answered (yes or no)"),
        "share": _("Agent's share of the chat"),
    },
    VIRAL: {
        "chat_id": _("Number of the chat"),
        "agent": _("Agent"),
        "flagged_at": _("Date when it went public"),
        "is_viral": _("Went viral (yes or no)"),
        "sign": _("Sign: positive, negative or mixed"),
        "severity": _("Severity, 1 to 4"),
        "url": _("Link"),
        "views": _("Views"),
        "platform": _("Platform"),
        "reason": _("What happened"),
        "tz": _("Time zone"),
    },
    AGENTS: {
        "staff_number": _("Staff number"),
        "full_name": _("Full name"),
        "hired_on": _("Hired on"),
        "team": _("Team"),
        "manager": _("Line manager"),
        "email": _("E-mail"),
        "position": _("Position"),
        "left_on": _("Left on"),
    },
}

ENCODINGS: Words = {
    "utf-8": _("UTF-8"),
    "cp1251": _("Windows-1251 (Cyrillic)"),
    "koi8-r": _("KOI8-R (Cyrillic)"),
    "cp866": _("CP866 (Cyrillic, DOS)"),
    "mac-cyrillic": _("Mac (Cyrillic)"),
    "iso8859-5": _("ISO 8859-5 (Cyrillic)"),
    "cp1252": _("Windows-1252 (Western European)"),
    "utf-16": _("UTF-16"),
}
DELIMITERS: Words = {
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tab"),
    "|": _("vertical bar"),
    "~": _("tilde"),
    "^": _("caret"),
}
CONTAINERS: Words = {
    "text": _("text table (CSV)"),
    "xlsx": _("Excel workbook"),
    "xls": _("Excel workbook (97–2003)"),
    "json": _("JSON"),
    "jsonl": _("JSON lines"),
    "parquet": _("Parquet"),
}
DATE_ORDERS: Words = {
    "dmy": _("day first: 31.01.2026"),
    "mdy": _("month first: 01/31/2026"),
    "ymd": _("year first: 2026-01-31"),
}
INSTRUMENTS: Words = {
    "csat5": _("1 to 5, where 5 is best (CSAT, stars)"),
    "thumbs": _("thumb up or down (1 or 0)"),
    "three_point": _("three faces: −1, 0, 1 (bad, so-so, good)"),
    "nps": _("0 to 10 (NPS: would you recommend us)"),
}
AGENT_BY: Words = {
    "auto": _("by staff number or e-mail"),
    "staff_number": _("by staff number"),
    "email": _("by e-mail"),
    "name": _("by name"),
    "name_email": _("by name with e-mail: Ann Lee (ann@example.com)"),
}
EMPTY_RATINGS: Words = {
    "refuse": _("a fault: refuse the record"),
    "not_answered": _("a survey that was offered and not answered: keep it as such"),
}
KEYS: Words = {
    "key": _("the number of the rating"),
    "chat_id": _("the number of the chat: one rating for each chat"),
    "chat_id,rated_at": _("chat and time: a chat may be rated again later"),
    "agent,rated_at,rater": _("agent, time and customer together"),
    "agent,rated_at": _("agent and time together"),
}
DECIMALS: Words = {".": _("point: 4.5"), ",": _("comma: 4,5")}

# The line of the wizard.
STEPS = (_("File"), _("Columns"), _("Check"), _("Import"))

# Questions whose options are codes are asked without them: the select has their names.
QUESTIONS: Words = {
    "ambiguous_encoding": _("The letters can be read in several ways. Which of them reads right?"),
    "no_key": _("No column identifies a rating. Which columns together do?"),
}

# Why a question is asked, in one sentence under it.
WHY: Words = {
    "ambiguous_encoding": _(
        "The same bytes make different letters in each of them; beside each stands how a text of the file would read."
    ),
    "mixed_encoding": _("Whichever holds, lines written in the other one come out as other letters."),
    "unequal_sheets": _("Read as one table, a column would change its meaning from sheet to sheet."),
    "bad_choice": _("It was said of this file elsewhere, and cannot hold; nothing is decided in its place."),
    "swapped_dates": _(
        "A spreadsheet takes 04/03 for a date of its own country and leaves 04/25 alone; what it has taken stays "
        "turned round, and nobody would notice."
    ),
    "time_apart": _("Without its time every rating would be one of midnight, and hours are compared."),
    "ambiguous_sheet": _(
        "A workbook often holds a copy, a summary or another month; only one of them may be what you mean."
    ),
    "ambiguous_date": _(
        "03.04.2026 is a day in April or in March; a wrong guess would move ratings by months, and nobody would notice."
    ),
    "ambiguous_scale": _(
        "The same number is the best mark on one scale and a middling one on another; marks are never "
        "converted by guess."
    ),
    "missing_column": _(
        "Without it a record cannot be used. If the file does not hold it, export the file again with this column."
    ),
    "duplicate_meaning": _("Only one column can hold it; set the other ones to “leave out”."),
    "no_header": _("Without headings only the examples say what a column holds, and they do not decide it."),
    "no_key": _(
        "It tells a rating that was sent twice from a second rating, so that the same file again adds nothing."
    ),
}

# What is missing, when a needed meaning has no column.
NEEDED: Words = {
    "key": _("What tells one rating from another: the number of the rating or the chat, or agent and time together."),
    "chat_id": _("The chat it is about."),
    "agent": _("Who is meant: by staff number, e-mail or name."),
    "rating": _("The mark that the customer gave."),
    "rated_at": _("When it was given; ratings age, and months are compared."),
    "flagged_at": _("When it went public; an incident counts for twelve months."),
    "is_viral": _("Whether it went viral at all."),
    "staff_number": _("The number by which the company knows the agent."),
    "full_name": _("The name to show."),
    "hired_on": _("Tenure is counted from it."),
    "team": _("Where the agent works."),
}


def word(words: Words, code: str) -> str:
    """Name a code; one without a name of its own stands for itself."""
    return str(words.get(code, code))


def meaning_name(kind: str, meaning: str) -> str:
    """What a column may mean, as HR says it."""
    return word(MEANINGS[kind], meaning)
