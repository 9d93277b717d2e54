"""Pictures told by their content, and rewritten without what they say about their maker.

Only PNG, JPEG and WebP; nothing is decoded. A picture is taken apart into its blocks, and put together again from those
that are needed to draw it: places, names, cameras, editors' histories, thumbnails and whatever follows its end are left
behind. Of a JPEG's notes only the way up is kept, or photographs of a screen would lie on their side.

Formats: PNG (W3C Recommendation, 3rd ed., sec. 5 and 11); JPEG (ITU-T T.81, Annex B; JFIF 1.02; Exif 2.32, sec. 4.6);
WebP (RFC 9649, sec. 2).
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from scoring.intake.limits import MEGABYTE
from scoring.intake.refusals import Problem

MOST_BYTES = 5 * MEGABYTE
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 20_000
PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"

_PNG_HEAD, _JPEG_HEAD = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"})
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_JPEG_KEPT = _JPEG_FRAMES | {0xC4, 0xDA, 0xDB, 0xDD}
_NOTES = frozenset({*range(0xE0, 0xF0), 0xFE})
_SCAN, _END, _EXIF, _ADOBE = 0xDA, 0xD9, 0xE1, 0xEE
_ORIENTATION = 0x0112
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
_ALPHA_FLAG = 0x10


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be kept: what it is, its size in pixels as it is seen, and its bytes without notes."""

    content_type: str
    width: int
    height: int
    content: bytes


class _Damaged(Exception):
    """The blocks do not fit together."""


def clean(content: bytes) -> Picture | Problem:
    """Take a picture in, or say why not: empty, too_large, no_picture, moving, damaged, too_many_pixels."""
    if not content:
        return Problem("empty")
    if len(content) > MOST_BYTES:
        return Problem("too_large", {"limit": MOST_BYTES // MEGABYTE})
    try:
        found = _rewritten(content)
    except (_Damaged, IndexError):
        return Problem("damaged")
    if isinstance(found, Problem):
        return found
    if not (0 < found.width <= LONGEST_SIDE and 0 < found.height <= LONGEST_SIDE):
        return Problem("too_many_pixels", {"width": found.width, "height": found.height})
    if found.width * found.height > MOST_PIXELS:
        return Problem("too_many_pixels", {"width": found.width, "height": found.height})
    return found


def _rewritten(content: bytes) -> Picture | Problem:
    if content.startswith(_PNG_HEAD):
        return _png(content)
    if content.startswith(_JPEG_HEAD):
        return _jpeg(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    return Problem("no_picture")


def _number(content: bytes, start: int, size: int, *, big: bool = True) -> int:
    piece = content[start : start + size]
    if len(piece) < size:
        raise _Damaged
    return int.from_bytes(piece, "big" if big else "little")


# PNG: chunks of length, name, data and checksum


def _png(content: bytes) -> Picture:
    chunks = list(_png_chunks(content))
    names = [name for name, _data, _whole in chunks]
    # A name in capitals is one that a decoder must know; none knows others than these.
    unknown = [name for name in names if name[:1].isupper() and name not in _PNG_KEPT]
    head = chunks[0][1]
    if unknown or names[0] != b"IHDR" or names.count(b"IHDR") != 1 or b"IDAT" not in names or len(head) != 13:
        raise _Damaged
    kept = [whole for name, _data, whole in chunks if name in _PNG_KEPT]
    return Picture(PNG, _number(head, 0, 4), _number(head, 4, 4), b"".join([_PNG_HEAD, *kept]))


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    at, name = len(_PNG_HEAD), b""
    while name != b"IEND":
        size = _number(content, at, 4)
        whole = content[at : at + size + 12]
        name, data = whole[4:8], whole[8:-4]
        if len(whole) != size + 12 or _number(whole, size + 8, 4) != zlib.crc32(name + data):
            raise _Damaged
        yield name, data, whole
        at += size + 12


# JPEG: segments between markers; after a scan's header its data run on to the next marker


def _jpeg(content: bytes) -> Picture:
    segments = list(_jpeg_segments(content))
    frames = [data for marker, data, _scan in segments if marker in _JPEG_FRAMES]
    if len(frames) != 1 or not any(scan for _marker, _data, scan in segments):
        raise _Damaged
    way_up = max([1, *(_orientation(data) for marker, data, _scan in segments if marker == _EXIF)])
    width, height = _number(frames[0], 3, 2), _number(frames[0], 1, 2)
    if way_up > 4:  # stored lying on its side
        width, height = height, width
    notes = [_segment(_EXIF, _exif(way_up))] if way_up > 1 else []
    drawn = [_needed(*segment) for segment in segments]
    return Picture(JPEG, width, height, b"".join([b"\xff\xd8", *notes, *drawn, b"\xff\xd9"]))


def _needed(marker: int, data: bytes, scan: bytes) -> bytes:
    """What of a segment is needed to draw the picture."""
    if marker in _JPEG_KEPT:
        return _segment(marker, data) + scan
    if marker not in _NOTES:
        raise _Damaged
    # Adobe's note says how the colours are stored.
    return _segment(marker, data[:12]) if marker == _ADOBE and data[:5] == b"Adobe" else b""


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    at = 2
    while True:
        while content[at] == 0xFF and content[at + 1] == 0xFF:  # fill bytes
            at += 1
        if content[at] != 0xFF:
            raise _Damaged
        marker = content[at + 1]
        if marker == _END:
            return
        size = _number(content, at + 2, 2)
        data, after = content[at + 4 : at + 2 + size], at + 2 + size
        if size < 2 or len(data) != size - 2:
            raise _Damaged
        at = _end_of_scan(content, after) if marker == _SCAN else after
        yield marker, data, content[after:at]


def _end_of_scan(content: bytes, at: int) -> int:
    """The next marker that is neither an escaped 0xFF of the data nor a restart marker."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise _Damaged
        following = content[at + 1]
        if following not in {0x00, 0xFF} and not 0xD0 <= following <= 0xD7:
            return at
        at += 1 if following == 0xFF else 2


def _segment(marker: int, data: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + (len(data) + 2).to_bytes(2, "big") + data


def _orientation(data: bytes) -> int:
    """Read the way up, 1 to 8, from an Exif note; 0 when it says nothing that can be read."""
    tiff = data[6:]
    if data[:6] != b"Exif\0\0" or tiff[:2] not in {b"II", b"MM"}:
        return 0
    big = tiff[:2] == b"MM"
    try:
        start = _number(tiff, 4, 4, big=big)
        for place in range(_number(tiff, start, 2, big=big)):
            entry = start + 2 + 12 * place
            if _number(tiff, entry, 2, big=big) == _ORIENTATION:
                found = _number(tiff, entry + 8, 2, big=big)
                return found if 1 <= found <= 8 else 0
    except _Damaged:
        return 0
    return 0


def _exif(way_up: int) -> bytes:
    """An Exif note that says the way up and nothing else."""
    entry = _ORIENTATION.to_bytes(2, "big") + b"\0\x03\0\0\0\x01" + way_up.to_bytes(2, "big") + b"\0\0"
    return b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + entry + b"\0\0\0\0"


# WebP: chunks of name, length and data, filled up to an even length


def _webp(content: bytes) -> Picture | Problem:
    chunks = list(_webp_chunks(content))
    names = [name for name, _data in chunks]
    if b"ANIM" in names or b"ANMF" in names:
        return Problem("moving")
    drawn = [data for name, data in chunks if name in {b"VP8 ", b"VP8L"}]
    if len(drawn) != 1:
        raise _Damaged
    width, height = _webp_size(drawn[0], is_lossless=b"VP8L" in names)
    kept = [_chunk(name, data) for name, data in chunks if name in _WEBP_KEPT]
    if b"ALPH" in names:
        canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        kept.insert(0, _chunk(b"VP8X", bytes([_ALPHA_FLAG, 0, 0, 0]) + canvas))
    body = b"WEBP" + b"".join(kept)
    return Picture(WEBP, width, height, b"RIFF" + len(body).to_bytes(4, "little") + body)


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, 8 + _number(content, 4, 4, big=False)
    if end > len(content) + 1:  # some writers leave the last filling byte out
        raise _Damaged
    while at + 8 <= end:
        size = _number(content, at + 4, 4, big=False)
        data = content[at + 8 : at + 8 + size]
        if len(data) != size:
            raise _Damaged
        yield content[at : at + 4], data
        at += 8 + size + size % 2


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)


def _webp_size(data: bytes, *, is_lossless: bool) -> tuple[int, int]:
    if is_lossless:
        if data[:1] != b"\x2f":
            raise _Damaged
        bits = _number(data, 1, 4, big=False)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if data[3:6] != b"\x9d\x01\x2a":
        raise _Damaged
    return _number(data, 6, 2, big=False) & 0x3FFF, _number(data, 8, 2, big=False) & 0x3FFF
