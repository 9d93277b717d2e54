"""What kind of file this is, told from its bytes and never from its name."""

import gzip
import json
import lzma
import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from scoring.intake.encodings import wide_encoding
from scoring.intake.limits import MEGABYTE, Limits
from scoring.intake.ole import stream_names
from scoring.intake.refusals import Rejected, shown

HEAD_BYTES = 64 * 1024
TEXT, XLSX, XLS, JSON, JSONL, PARQUET = "text", "xlsx", "xls", "json", "jsonl", "parquet"
PACKED = (XLSX, XLS, PARQUET)
_ENCRYPTED_FLAG = 0x1
_PROBED_LINES = 40

# Signatures of files that people send by mistake; the word goes into the refusal.
_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\xfd7zXZ\x00", "XZ"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"{\\rtf", "RTF"),
    (b"ARROW1", "Arrow"),
    (b"ORC", "ORC"),
    (b"Obj\x01", "Avro"),
)
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<table", b"<svg", b"<script", b"<meta", b"<?php")


@dataclass(frozen=True, slots=True)
class Container:
    """What was found: `kind` is text, xlsx, xls, json, jsonl or parquet; `packing` is '', gzip or zip."""

    kind: str
    packing: str = ""
    member: str = ""


def detect(path: Path, limits: Limits) -> Container:
    """Tell the kind of file by content and turn away what cannot be opened safely. Raises Rejected."""
    size = path.stat().st_size
    if not size:
        raise Rejected("empty_file")
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _at_most(size, limits.file_mb)
        return _zip(path, limits)
    if head.startswith(b"\x1f\x8b"):
        _at_most(size, limits.file_mb)
        return _gzip(path, limits)
    kind = _single(head, path)
    _at_most(size, limits.file_mb if kind in PACKED else limits.unpacked_mb)
    return Container(kind)


def unpacked(path: Path, container: Container, folder: Path, limits: Limits) -> Path:
    """Return a plain file to read: the path itself, or the packed member written into `folder`."""
    if not container.packing:
        return path
    target = folder / "unpacked"
    if target.exists():
        return target
    partial = folder / "unpacked.partial"
    try:
        with partial.open("wb") as out:
            if container.packing == "gzip":
                with gzip.open(path, "rb") as stream:
                    _copy(stream, out, limits)
            else:
                with ZipFile(path) as archive, archive.open(container.member) as member:
                    _copy(member, out, limits)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, BadZipFile) as error:
        raise Rejected("corrupt", container=container.packing) from error
    partial.rename(target)
    return target


def _copy(stream: object, out: object, limits: Limits) -> None:
    done = 0
    while block := stream.read(MEGABYTE):  # type: ignore[attr-defined]
        done += len(block)
        if done > limits.unpacked_bytes:
            raise Rejected("zip_bomb", limit=limits.unpacked_mb)
        out.write(block)  # type: ignore[attr-defined]


def _at_most(size: int, megabytes: int) -> None:
    if size > megabytes * MEGABYTE:
        raise Rejected("too_large", size=round(size / MEGABYTE, 1), limit=megabytes)


def _single(head: bytes, path: Path) -> str:
    """Kind of one unpacked file; raises Rejected for what is none of ours."""
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(path)
    if head.startswith(b"PAR1"):
        return PARQUET
    if head.startswith(b"PARE"):
        raise Rejected("encrypted")
    for signature, name in _FOREIGN:
        if head.startswith(signature) and (len(signature) > 2 or b"\x00" in head):
            raise Rejected("not_this_format", found=name)
    start = _as_ascii(head).lstrip()
    if start[:16].lower().startswith(_MARKUP):
        raise Rejected("not_this_format", found="XML" if start.startswith(b"<?xml") else "HTML")
    return _json_kind(start) or TEXT


def _as_ascii(head: bytes) -> bytes:
    """Write UTF-16 and UTF-32 as UTF-8 without a mark, so that markup and JSON are seen in any Unicode form."""
    wide = wide_encoding(head)
    if wide:
        return head.decode(wide, "ignore").lstrip("\ufeff").encode("utf-8", "ignore")
    return head.removeprefix(b"\xef\xbb\xbf")


def _is_object(line: bytes) -> bool:
    if not line.startswith(b"{"):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _json_kind(start: bytes) -> str:
    """`jsonl` when lines are objects of their own, `json` for one document, '' for other text."""
    lines = [line for line in start.split(b"\n")[:_PROBED_LINES] if line.strip()]
    if len(lines) > 1:
        # Inside a pretty-printed list only the last object can stand on a line of its own without a comma.
        objects = sum(map(_is_object, lines))
        if objects > (1 if start.startswith(b"[") else 0):
            return JSONL
    return JSON if start.startswith((b"[", b"{")) else ""


def _ole(path: Path) -> str:
    names = stream_names(path)
    if {"EncryptedPackage", "EncryptionInfo"} & names:
        raise Rejected("encrypted")
    if not {"Workbook", "Book"} & names:
        raise Rejected("not_this_format", found="OLE2")
    return XLS


def _gzip(path: Path, limits: Limits) -> Container:
    done = 0
    try:
        with gzip.open(path, "rb") as stream:
            head = stream.read(HEAD_BYTES)
            done = len(head)
            while block := stream.read(MEGABYTE):
                done += len(block)
                _check_growth(done, path.stat().st_size, limits)
    except (OSError, EOFError, zlib.error) as error:
        raise Rejected("corrupt", container="gzip") from error
    if not head:
        raise Rejected("empty_file")
    return Container(_packed_kind(head, path), "gzip", path.stem)


def _check_growth(done: int, packed: int, limits: Limits) -> None:
    if done > limits.unpacked_bytes:
        raise Rejected("zip_bomb", limit=limits.unpacked_mb)
    if done > 10 * MEGABYTE and done > packed * limits.compression_ratio:
        raise Rejected("zip_bomb", limit=limits.unpacked_mb)


def _packed_kind(head: bytes, path: Path) -> str:
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
        raise Rejected("nested_archive")
    return _single(head, path)


def _zip(path: Path, limits: Limits) -> Container:
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
            check_entries(entries, path.stat().st_size, limits)
            return _zip_kind(archive, entries, path)
    except (BadZipFile, OSError, EOFError, zlib.error, lzma.LZMAError, NotImplementedError, ValueError) as error:
        raise Rejected("corrupt", container="zip") from error


def check_entries(entries: list[ZipInfo], packed: int, limits: Limits) -> None:
    """Turn away bombs from the directory alone: many entries, large or overlapping content, encryption."""
    if len(entries) > limits.zip_entries:
        raise Rejected("too_many_entries", found=len(entries), limit=limits.zip_entries)
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise Rejected("encrypted")
    size = sum(entry.file_size for entry in entries)
    if size > limits.unpacked_bytes:
        raise Rejected("zip_bomb", limit=limits.unpacked_mb)
    if size > 10 * MEGABYTE and size > limits.compression_ratio * packed:
        raise Rejected("zip_bomb", limit=limits.unpacked_mb)
    if sum(entry.compress_size for entry in entries) > packed:
        raise Rejected("zip_bomb", limit=limits.unpacked_mb)
    outside = next((entry.filename for entry in entries if _leads_outside(entry.filename)), "")
    if outside:
        raise Rejected("path_traversal", name=shown(outside))


def _leads_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or parts[0].endswith(":")


def _zip_kind(archive: ZipFile, entries: list[ZipInfo], path: Path) -> Container:
    names = {entry.filename for entry in entries}
    if "mimetype" in names:
        kind = archive.read("mimetype")[:100].decode("ascii", "replace")
        raise Rejected("unsupported_type", found="ODS" if "opendocument.spreadsheet" in kind else kind[-40:])
    if "xl/workbook.bin" in names:
        raise Rejected("unsupported_type", found="XLSB")
    if "[Content_Types].xml" in names:
        return _office(names)
    return _one_member(archive, entries, path)


def _office(names: set[str]) -> Container:
    lowered = {name.lower() for name in names}
    if any(name.startswith("word/") for name in lowered):
        raise Rejected("not_this_format", found="DOCX")
    if any(name.startswith("ppt/") for name in lowered):
        raise Rejected("not_this_format", found="PPTX")
    if not any(name.startswith("xl/worksheets/") for name in lowered):
        raise Rejected("corrupt", container="xlsx")
    return Container(XLSX)


def _one_member(archive: ZipFile, entries: list[ZipInfo], path: Path) -> Container:
    files = [entry for entry in entries if not entry.is_dir() and not _is_clutter(entry.filename)]
    if not files:
        raise Rejected("empty_file")
    if len(files) > 1:
        raise Rejected("several_files", found=len(files), files=[entry.filename for entry in files[:5]])
    with archive.open(files[0]) as member:
        head = member.read(HEAD_BYTES)
    if not head:
        raise Rejected("empty_file")
    if head.startswith(b"PK\x03\x04"):
        return _nested_workbook(files[0])
    return Container(_packed_kind(head, path), "zip", files[0].filename)


def _nested_workbook(member: ZipInfo) -> Container:
    # A workbook is itself a zip: the one nesting that people really send. It is checked again once unpacked.
    if member.filename.lower().endswith((".xlsx", ".xlsm")):
        return Container(XLSX, "zip", member.filename)
    raise Rejected("nested_archive")


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in {".DS_Store", "Thumbs.db"}
