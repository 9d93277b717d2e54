"""Read a CSV file of questions. Pure.

Columns: question_id, type (single or multi), correct (letters), weight, topic, and text, option_a to option_h and
explanation, each either plain (one language for the whole file) or with _ru and _en.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping

from assessments.bank.questions import LETTERS, check_all
from assessments.bank.shapes import QuestionFile, RawQuestion, Refusal, Words

PLAIN = ("question_id", "type", "correct")
WORDED = ("text", "option_a", "option_b")
DELIMITERS = (",", ";", "\t")


class _Unreadable(ValueError):
    def __init__(self, code: str, column: str = "", value: str = "") -> None:
        super().__init__(code)
        self.refusal = Refusal(record=0, code=code, column=column, value=value)


def read_csv(content: bytes, *, language: str = "ru") -> QuestionFile:
    """Read and check the bytes of a CSV file; columns without a language suffix are in `language`.

    Never raises for what stands in the file: a file that cannot be read has one refusal with record 0.
    """
    try:
        header, rows = _table(_decode(content))
        _require_columns(header)
    except _Unreadable as unreadable:
        return QuestionFile(refusals=(unreadable.refusal,))
    ragged = [Refusal(record=n, code="ragged", value=str(len(row))) for n, row in rows if len(row) != len(header)]
    raws = (_raw(n, dict(zip(header, row, strict=True)), language) for n, row in rows if len(row) == len(header))
    checked = check_all(raws)
    refusals = sorted([*ragged, *checked.refusals], key=lambda refusal: refusal.record)
    return QuestionFile(
        questions=checked.questions, refusals=tuple(refusals), duplicates=checked.duplicates, records=len(rows)
    )


def _decode(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise _Unreadable("not_utf8") from None
    if not text.strip():
        raise _Unreadable("empty_file")
    if "\x00" in text:
        raise _Unreadable("control_characters")
    return text


def _table(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    first_line = text.lstrip().splitlines()[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise _Unreadable("unclosed_quote") from None
    filled = [[cell.strip() for cell in line] for line in lines if any(cell.strip() for cell in line)]
    return [name.lower() for name in filled[0]], list(enumerate(filled[1:], start=1))


def _require_columns(header: list[str]) -> None:
    if twice := [name for name, count in Counter(header).items() if count > 1 and name]:
        raise _Unreadable("duplicate_header", twice[0])
    for name in PLAIN:
        if name not in header:
            raise _Unreadable("missing_column", name)
    for name in WORDED:
        if not {name, f"{name}_ru", f"{name}_en"} & set(header):
            raise _Unreadable("missing_column", name)


def _raw(record: int, row: Mapping[str, str], language: str) -> RawQuestion:
    return RawQuestion(
        record=record,
        code=row["question_id"],
        topic=row.get("topic", ""),
        kind=row["type"],
        weight=row.get("weight", ""),
        correct=row["correct"],
        text=_words(row, "text", language),
        options=dict(_options(row, language)),
        explanation=_words(row, "explanation", language),
    )


def _options(row: Mapping[str, str], language: str) -> Iterator[tuple[str, Words]]:
    for letter in LETTERS:
        yield letter, _words(row, f"option_{letter.lower()}", language)


def _words(row: Mapping[str, str], name: str, language: str) -> Words:
    found = {code: row.get(f"{name}_{code}", "") for code in ("en", "ru")}
    if not found[language]:
        found[language] = row.get(name, "")
    return Words(en=found["en"], ru=found["ru"])
