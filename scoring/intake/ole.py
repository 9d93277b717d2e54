"""Names of the streams in an OLE2 compound file: enough to tell a workbook from an encrypted package.

Layout after Microsoft's [MS-CFB], sections 2.2 (header), 2.3 (FAT) and 2.6 (directory entries of 128 bytes).
"""

import struct
from pathlib import Path

_ENTRY_BYTES = 128
_LAST_REGULAR_SECTOR = 0xFFFFFFFA
_MAX_DIRECTORY_SECTORS = 256


def stream_names(path: Path) -> set[str]:
    """Read the names in the directory; an unreadable directory gives an empty set."""
    data = path.read_bytes()
    if len(data) < 512:
        return set()
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in {9, 12}:
        return set()
    return _names(data, _fat(data, 1 << shift), 1 << shift)


def _fat(data: bytes, sector: int) -> list[int]:
    count = min(struct.unpack_from("<I", data, 44)[0], 109)
    numbers = struct.unpack_from(f"<{count}I", data, 76)
    table: list[int] = []
    for number in numbers:
        start = (number + 1) * sector
        if start + sector <= len(data):
            table.extend(struct.unpack_from(f"<{sector // 4}I", data, start))
    return table


def _names(data: bytes, fat: list[int], sector: int) -> set[str]:
    names: set[str] = set()
    number = struct.unpack_from("<I", data, 48)[0]
    for _ in range(_MAX_DIRECTORY_SECTORS):
        start = (number + 1) * sector
        if number >= _LAST_REGULAR_SECTOR or start + sector > len(data):
            break
        names |= {_name(data, start + offset) for offset in range(0, sector, _ENTRY_BYTES)}
        number = fat[number] if number < len(fat) else _LAST_REGULAR_SECTOR
    return names - {""}


def _name(data: bytes, start: int) -> str:
    length = struct.unpack_from("<H", data, start + 64)[0]
    return data[start : start + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
