"""How far the cells of an XLS workbook reach: its reader takes memory for the full rectangle, so it is measured first.

Records after Microsoft's [MS-XLS], section 2.1.4 (type and length, two bytes each), 2.4.28 (BoundSheet8) and 2.5.
"""

import struct
from pathlib import Path

from scoring.intake.ole import streams

_BOUND_SHEET, _END = 0x0085, 0x000A
# Cells of all versions of the format: blanks, numbers, labels, formulas, errors, and the two that hold several.
_CELLS = frozenset(
    (*range(0x0001, 0x0007), 0x007E, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, *range(0x0203, 0x0207), 0x027E, 0x0406)
)
_SEVERAL = frozenset([0x00BD, 0x00BE])
_HEAD = struct.Struct("<HHHH")
Size = tuple[int, int]


def sizes(path: Path) -> list[Size]:
    """Give (rows, columns) up to the farthest cell of each sheet; an empty list when no sheet can be found."""
    found: list[Size] = []
    for stream in streams(path, ("Workbook", "Book")):
        for start in _sheets(stream):
            found.append(_size(stream, start))
    return found


def _sheets(stream: bytes) -> list[int]:
    """Where sheets begin, as the workbook's first records tell."""
    starts = []
    at = 0
    while at + 8 <= len(stream):
        kind, length, low, high = _HEAD.unpack_from(stream, at)
        if kind == _BOUND_SHEET:
            starts.append(low | high << 16)
        if kind == _END:
            break
        at += 4 + length
    return starts


def _size(stream: bytes, at: int) -> Size:
    rows = columns = 0
    last = len(stream) - 8
    while at <= last:
        kind, length, row, column = _HEAD.unpack_from(stream, at)
        at += 4 + length
        if kind in _CELLS:
            if kind in _SEVERAL and 6 <= length <= len(stream) - at + length:
                column = max(column, struct.unpack_from("<H", stream, at - 2)[0])
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == _END:
            break
    return rows, columns
