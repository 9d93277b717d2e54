"""Small files for the tests of intake: written on the spot, one per defect."""

import io
import struct
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from scoring.intake import Choices, Limits, Person, Profile, Reading, Rejected, Roster, Understanding, read, understand
from scoring.intake.profiles import shipped

ROOT = Path(__file__).resolve().parents[3]
AS_OF = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROFILES = shipped(ROOT / "fixtures" / "profiles")
HEADER = ["rating_id", "chat_id", "agent_id", "rating", "rated_at", "comment"]
PLAIN = Profile("default")
NO_CHOICES = Choices()
LIMITS = Limits()

ROSTER = Roster.of(
    Person(number, f"A-{number}", name, f"{login}@kedr.example", date(2023, 2, 1), left)
    for number, name, login, left in (
        (1, "Ann Lee", "ann", None),
        (2, "Олег Пёстрый", "oleg", None),
        (3, "Kim Park", "kim", date(2026, 6, 30)),
    )
)


def row(number: int, **changed: Any) -> list[Any]:
    """One good rating, changed as told."""
    good: dict[str, Any] = {
        "rating_id": f"R-{number}",
        "chat_id": f"C-{number}",
        "agent_id": "A-1",
        "rating": 1 + number % 5,
        "rated_at": f"2026-09-{1 + number % 28:02d} 10:22:00",
        "comment": "ok",
    }
    return list((good | changed).values())


def csv_text(rows: list[list[Any]], header: list[str] | None = None, delimiter: str = ",", end: str = "\r\n") -> str:
    """Rows as plain CSV text, nothing quoted."""
    lines = [delimiter.join(map(str, line)) for line in [header or HEADER, *rows]]
    return end.join(lines) + end


def put(folder: Path, content: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return path


def workbook(folder: Path, sheets: dict[str, list[list[Any]]], **options: Any) -> Path:
    """Write an XLSX workbook; datetimes become date cells, texts that begin with = become formulas."""
    path = folder / "book.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd.mm.yyyy hh:mm", **options}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, line in enumerate(rows):
                sheet.write_row(at, 0, line)
    return path


def repacked(path: Path, changes: dict[str, tuple[bytes, bytes]]) -> Path:
    """Replace bytes inside the parts of a workbook."""
    parts = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    for name, (old, new) in changes.items():
        assert old in parts[name], f"{old!r} is not in {name}"
        parts[name] = parts[name].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def zipped(entries: dict[str, bytes]) -> bytes:
    """A zip archive in memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def parquet(folder: Path, query: str) -> Path:
    """Write the result of a query as Parquet."""
    path = folder / "file.parquet"
    duckdb.sql(query).write_parquet(str(path))
    return path


def compound_file(*streams: str) -> bytes:
    """The smallest OLE2 file whose directory names these streams."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHH", header, 26, 3, 0xFFFE, 9)
    struct.pack_into("<I", header, 44, 1)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<I", header, 76, 0)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *([0xFFFFFFFF] * 126))
    directory = bytearray(512)
    for at, name in enumerate(streams):
        encoded = name.encode("utf-16-le")
        directory[128 * at : 128 * at + len(encoded)] = encoded
        struct.pack_into("<H", directory, 128 * at + 64, len(encoded) + 2)
    return bytes(header) + table + bytes(directory)


def old_workbook(*places: tuple[int, int]) -> bytes:
    """A workbook of the old binary format (XLS) with one sheet and a number at each place (row, column)."""

    def record(kind: int, content: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    begin = struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6)
    globals_ = record(0x809, begin)
    start = len(globals_) + 4 + 9 + 4
    globals_ += record(0x85, struct.pack("<IBBBB", start, 0, 0, 1, 0) + b"S") + record(0x0A)
    cells = b"".join(record(0x203, struct.pack("<HHHd", *place, 0, 5.0)) for place in places)
    stream = globals_ + record(0x809, begin) + cells + record(0x0A)
    sectors = max(8, -(-len(stream) // 512))
    header = bytearray(compound_file()[:512])
    struct.pack_into("<IIIIIII", header, 48, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *([0xFFFFFFFF] * 108))
    struct.pack_into("<H", header, 32, 6)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *([0xFFFFFFFF] * (128 - len(chain))))
    directory = bytearray(512)
    for at, (name, kind, first, size) in enumerate(
        (("Root Entry", 5, 0xFFFFFFFE, 0), ("Workbook", 2, 2, 512 * sectors))
    ):
        encoded = name.encode("utf-16-le")
        directory[128 * at : 128 * at + len(encoded)] = encoded
        struct.pack_into("<HBB", directory, 128 * at + 64, len(encoded) + 2, kind, 1)
        struct.pack_into("<III", directory, 128 * at + 68, 0xFFFFFFFF, 0xFFFFFFFF, 1 - at or 0xFFFFFFFF)
        struct.pack_into("<II", directory, 128 * at + 116, first, size)
    return bytes(header) + table + bytes(directory) + stream.ljust(512 * sectors, b"\0")


def seen(
    path: Path,
    kind: str = "ratings",
    profile: Profile = PLAIN,
    choices: Choices = NO_CHOICES,
    limits: Limits = LIMITS,
) -> Understanding:
    """Understand a file in Moscow."""
    return understand(path, kind=kind, profile=profile, choices=choices, limits=limits)


def answer(found: Understanding) -> str:
    """The code of a rejection or of the first question; '' when the file was understood."""
    if found.rejection:
        return found.rejection.code
    return found.questions[0].code if found.questions else ""


class Result:
    """Everything a file gave, chunks joined."""

    def __init__(self, path: Path, kind: str = "ratings", *, roster: Roster | None = ROSTER, **options: Any) -> None:
        self.seen = seen(path, kind, **options)
        self.code = answer(self.seen)
        self.columns: dict[str, list[Any]] = {}
        self.records: list[int] = []
        self.refused: list[tuple[int, str]] = []
        self.reading: Reading | None = None
        if not self.code:
            self._read(path, roster, options.get("limits", LIMITS))

    def _read(self, path: Path, roster: Roster | None, limits: Limits) -> None:
        self.reading = read(path, self.seen, as_of=AS_OF, limits=limits, roster=roster)
        try:
            for chunk in self.reading:
                self.records += chunk.records
                self.refused += [(one.record, one.code) for one in chunk.refusals]
                for name, values in chunk.columns.items():
                    self.columns.setdefault(name, []).extend(list(values))
        except Rejected as error:
            self.code = error.rejection.code
        self.refused.sort()

    @property
    def notes(self) -> set[str]:
        """Codes of all notes."""
        return {note.code for note in self.reading.closing_notes()} if self.reading else set()

    def times(self, name: str = "rated_at") -> list[str]:
        """Moments as ISO text in UTC, to the second."""
        return [str(value.astype("datetime64[s]")) for value in self.columns[name]]
