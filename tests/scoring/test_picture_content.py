"""A picture is told by its content and kept without what it says about its maker."""

import zlib
from base64 import b64decode

import pytest

from scoring.intake.refusals import Problem
from scoring.picture_content import JPEG, MOST_BYTES, PNG, WEBP, Picture, clean

# 9 by 5 pixels, drawn by a browser; nothing in them but what is drawn.
PNG_BYTES = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAFCAYAAACXU8ZrAAAAPElEQVR4AYSKwQ0AIAgDGxbQSfWnM/h0UzfQDzSGkEByAdqTMtrNEOictWFoxEWJ"
    "SXBQqrPD8B4lX/z/AwAA//+YZABNAAAABklEQVQDAD0lGo2pgcpfAAAAAElFTkSuQmCC"
)
JPEG_BYTES = b64decode(
    "/9j/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4r"
    "K06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAFAAkDASIAAhEBAxEB/8QAFgABAQEA"
    "AAAAAAAAAAAAAAAAAAME/8QAHhAAAQQBBQAAAAAAAAAAAAAAAQACAxIEERMicYH/xAAVAQEBAAAAAAAAAAAAAAAAAAADBP/EABQRAQAAAAAAAAAA"
    "AAAAAAAAAAD/2gAMAwEAAhEDEQA/AM7prY7YdqMVOtw3kez6poiRC//Z"
)
WEBP_LOSSY = b64decode(
    "UklGRkIAAABXRUJQVlA4IDYAAACQAQCdASoJAAUABABoJagCdADcxdAAzj5/+1vYn0tahnt7izH622Y8kEkTdh3/Qr5M+666AAA="
)
WEBP_LOSSLESS = b64decode(
    "UklGRj4AAABXRUJQVlA4TDEAAAAvCAABEBcgFkzxqHNIIJBksL/lCAKBJOJdNp7/gOoPBtlGysxeos/z7i8R0f8Y3T4RAA=="
)
WEBP_ALPHA = b64decode(
    "UklGRnAAAABXRUJQVlA4WAoAAAAQAAAACAAABAAAQUxQSBQAAAABDzD/ERFCTJqw/oX9rBHR/0iyAVZQOCA2AAAAkAEAnQEqCQAFAAQAaCWwAnQA1rxA"
    "APwbds0xKq53SMrwFK3YtKcTnkMyiij/9Fbj91/q0bQA"
)
SECRET = b"Ania Sokolova, 55.7558 N 37.6173 E"
BARE = {PNG: PNG_BYTES, JPEG: JPEG_BYTES, WEBP: WEBP_LOSSY}


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def segment(marker: int, data: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2, "big") + data


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP of these chunks."""
    parts = [name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2) for name, data in chunks]
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def exif(way_up: int, *, order: str = "MM") -> bytes:
    """An Exif note with a name, a way up and something behind them."""
    side = "big" if order == "MM" else "little"

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, side)  # type: ignore[arg-type]

    name = number(0x010F, 2) + number(2, 2) + number(4, 4) + b"Ania"
    turned = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(way_up, 2) + b"\0\0"
    return b"Exif\0\0" + order.encode() + number(42, 2) + number(8, 4) + number(2, 2) + name + turned + SECRET


def told() -> dict[str, bytes]:
    """The three pictures with everything in them that editors, cameras and hands put there."""
    head, rest = PNG_BYTES[:33], PNG_BYTES[33:]
    notes = [chunk(name, SECRET) for name in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"iCCP", b"acTL")]
    start, end = JPEG_BYTES[:2], JPEG_BYTES[2:]
    segments = [segment(0xE0, b"JFIF\0" + SECRET), segment(0xE1, exif(1)), segment(0xED, SECRET), segment(0xFE, SECRET)]
    marks = [(b"VP8X", b"\x2c\0\0\0\x08\0\0\x04\0\0"), (b"ICCP", SECRET), (b"VP8 ", WEBP_LOSSY[20:74])]
    return {
        PNG: head + b"".join(notes) + rest + SECRET,
        JPEG: start + b"".join(segments) + end + SECRET,
        WEBP: riff(*marks, (b"EXIF", SECRET), (b"XMP ", SECRET)) + SECRET,
    }


@pytest.mark.parametrize("kind", [PNG, JPEG, WEBP])
def test_what_a_picture_tells_is_taken_off_and_what_is_drawn_stays(kind: str) -> None:
    full = told()[kind]
    assert SECRET in full
    assert clean(full) == Picture(kind, 9, 5, BARE[kind])


@pytest.mark.parametrize("bare", [PNG_BYTES, JPEG_BYTES, WEBP_LOSSY, WEBP_LOSSLESS, WEBP_ALPHA])
def test_a_bare_picture_is_kept_as_it_is(bare: bytes) -> None:
    found = clean(bare)
    assert isinstance(found, Picture)
    assert (found.width, found.height, found.content) == (9, 5, bare)


@pytest.mark.parametrize("order", ["MM", "II"])
def test_of_a_photograph_only_the_way_up_is_kept(order: str) -> None:
    found = clean(JPEG_BYTES[:2] + segment(0xE1, exif(6, order=order)) + JPEG_BYTES[2:])
    assert isinstance(found, Picture)
    assert (found.width, found.height) == (5, 9)
    note = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    assert found.content == JPEG_BYTES[:2] + segment(0xE1, note) + JPEG_BYTES[2:]
    assert clean(found.content) == found


def test_how_the_colours_are_stored_is_kept() -> None:
    adobe = b"Adobe\0d\0\0\0\0\x01"
    found = clean(JPEG_BYTES[:2] + segment(0xEE, adobe + SECRET) + JPEG_BYTES[2:])
    assert isinstance(found, Picture)
    assert found.content == JPEG_BYTES[:2] + segment(0xEE, adobe) + JPEG_BYTES[2:]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (PNG_BYTES + b"\0" * MOST_BYTES, "too_large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no_picture"),
        (b"<html><script>alert(1)</script>", "no_picture"),
        (b"GIF89a" + PNG_BYTES, "no_picture"),
        (b"%PDF-1.7", "no_picture"),
        (PNG_BYTES[:-1], "damaged"),
        (PNG_BYTES[:8], "damaged"),
        (PNG_BYTES.replace(b"IDAT", b"IDAX"), "damaged"),
        (PNG_BYTES[:33] + chunk(b"EVIL", SECRET) + PNG_BYTES[33:], "damaged"),
        (PNG_BYTES[:8] + chunk(b"IEND", b""), "damaged"),
        (JPEG_BYTES[:-2], "damaged"),
        (JPEG_BYTES[:90], "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (JPEG_BYTES[:2] + segment(0xC3, SECRET) + JPEG_BYTES[2:], "damaged"),
        (WEBP_LOSSY[:-8], "damaged"),
        (riff((b"EXIF", SECRET)), "damaged"),
        (riff((b"VP8X", b"\x02" + b"\0" * 9), (b"ANIM", b"\0" * 6), (b"ANMF", WEBP_LOSSY[12:])), "moving"),
    ],
)
def test_what_is_no_whole_picture_is_refused(content: bytes, code: str) -> None:
    found = clean(content)
    assert isinstance(found, Problem)
    assert found.code == code


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (8_000, 8_000), (20_001, 1), (0, 5)])
def test_a_flood_of_pixels_is_refused_before_anybody_draws_it(width: int, height: int) -> None:
    flood = PNG_BYTES[:8] + chunk(b"IHDR", _head(width, height)) + PNG_BYTES[33:]
    assert clean(flood) == Problem("too_many_pixels", {"width": width, "height": height})


def test_control_a_large_screenshot_is_no_flood() -> None:
    found = clean(PNG_BYTES[:8] + chunk(b"IHDR", _head(8_000, 5_000)) + PNG_BYTES[33:])
    assert isinstance(found, Picture)
    assert (found.width, found.height) == (8_000, 5_000)


def _head(width: int, height: int) -> bytes:
    return width.to_bytes(4, "big") + height.to_bytes(4, "big") + PNG_BYTES[24:29]
