"""Streams of an OLE2 compound file: enough to tell a workbook from an encrypted package, and to read its records.

Layout after Microsoft's [MS-CFB], sections 2.2 (header), 2.3 (FAT), 2.5 (DIFAT), 2.6 (directory entries, 128 bytes).
"""

import struct
from collections.abc import Iterator
from pathlib import Path

_ENTRY_BYTES = 128
_LAST_REGULAR_SECTOR = 0xFFFFFFFA
_MAX_DIRECTORY_SECTORS = 256
_MAX_DIFAT_SECTORS = 512
_SMALLEST_STREAM = 4096


def stream_names(path: Path) -> set[str]:
    """Read the names in the directory; an unreadable directory gives an empty set."""
    return {name for name, _, _ in _entries(path.read_bytes())}


def streams(path: Path, names: tuple[str, ...]) -> Iterator[bytes]:
    """Give the contents of all streams with these names; of one too small to stand in sectors of its own, nothing."""
    data = path.read_bytes()
    table = _fat(data)
    for name, start, size in _entries(data):
        if name in names:
            whole = b"".join(_sectors(data, table, start, len(data))) if size >= _SMALLEST_STREAM else b""
            yield whole[:size]


def _sector_bytes(data: bytes) -> int:
    shift = struct.unpack_from("<H", data, 30)[0] if len(data) >= 512 else 0
    return 1 << shift if shift in {9, 12} else 0


def _fat(data: bytes) -> list[int]:
    sector = _sector_bytes(data)
    table: list[int] = []
    for number in _fat_sectors(data, sector) if sector else ():
        start = (number + 1) * sector
        if start + sector <= len(data):
            table.extend(struct.unpack_from(f"<{sector // 4}I", data, start))
    return table


def _fat_sectors(data: bytes, sector: int) -> list[int]:
    """Numbers of the sectors that hold the FAT: 109 in the header, the others in a chain of their own."""
    count = struct.unpack_from("<I", data, 44)[0]
    numbers = list(struct.unpack_from("<109I", data, 76))
    following = struct.unpack_from("<I", data, 68)[0]
    for _ in range(_MAX_DIFAT_SECTORS):
        start = (following + 1) * sector
        if following >= _LAST_REGULAR_SECTOR or start + sector > len(data):
            break
        *more, following = struct.unpack_from(f"<{sector // 4}I", data, start)
        numbers.extend(more)
    return [number for number in numbers[:count] if number < _LAST_REGULAR_SECTOR]


def _sectors(data: bytes, table: list[int], number: int, most: int) -> Iterator[bytes]:
    sector = _sector_bytes(data)
    for _ in range(most // max(1, sector)):
        start = (number + 1) * sector
        if number >= _LAST_REGULAR_SECTOR or start >= len(data):
            return
        yield data[start : start + sector]
        number = table[number] if number < len(table) else _LAST_REGULAR_SECTOR


def _entries(data: bytes) -> list[tuple[str, int, int]]:
    """Name, first sector and size of everything in the directory."""
    if not _sector_bytes(data):
        return []
    first = struct.unpack_from("<I", data, 48)[0]
    most = _MAX_DIRECTORY_SECTORS * _sector_bytes(data)
    directory = b"".join(_sectors(data, _fat(data), first, most))
    found = []
    for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        # Readers stop a name at its first zero, whatever length it claims.
        name = directory[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0]
        if name:
            found.append((name, *struct.unpack_from("<II", directory, at + 116)))
    return found
