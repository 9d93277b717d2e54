"""In which encoding a text file is written, decided once for the whole file from all of its bytes."""

import codecs
import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

import chardet
import numpy as np

from scoring.intake.limits import MEGABYTE, Limits
from scoring.intake.refusals import Rejected

UTF8 = "utf-8"
SINGLE_BYTE = ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "iso8859-5", "cp1252")
_UNICODE = frozenset(
    ["utf-8", "utf-8-sig", *(f"utf-{bits}{order}" for bits in (16, 32) for order in ("", "-le", "-be"))]
)
# All of ASCII, and what encodings of letters by signs (UTF-7, escapes) make other letters of.
_TELLTALE = bytes(range(128)) + rb"+AGE- \u0041 =41 ~{ .xn--80ak6aa92e." + b"\x1b$B0!"
# So much better must another encoding read than that of the source; words of it read wrongly are at least that far.
_CLEARLY = 0.5
_SAMPLE_BYTES = 256 * 1024
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
# Invisible and reordering characters as UTF-8: C1 controls, zero width, bidirectional overrides, BOM, U+FFFD, fillers.
_HIDDEN_BYTES = re.compile(
    rb"\xc2[\x80-\x9f\xad]|\xcd\x8f|\xd8\x9c|\xe1(?:\x85[\x9f\xa0]|\x9e[\xb4\xb5]|\xa0[\x8b-\x8e])|\xe3\x85\xa4|\xf3\xa0"
    rb"|\xe2(?:\x80[\x8b-\x8f\xa8-\xae]|\x81[\xa0-\xaf]|\xa0\x80)|\xef(?:\xbb\xbf|\xb8[\x80-\x8f]|\xbe\xa0|\xbf[\xb9-\xbd])"
)
_LOST = "\ufffd".encode()
_SUSPECT_BYTES = _CONTROL_BYTES + b"\xc2\xcd\xd8\xe1\xe2\xe3\xef\xf3"
_RUSSIAN_PAIRS = frozenset(
    [
        "ст",
        "но",
        "то",
        "на",
        "ен",
        "ов",
        "ни",
        "ра",
        "во",
        "ко",
        "ос",
        "ро",
        "по",
        "ал",
        "ли",
        "не",
        "ер",
        "та",
        "ор",
        "ел",
        "пр",
        "ва",
        "ка",
        "те",
    ]
)
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_EUROPEAN = re.compile(r"[À-ɏЀ-ӿ]")
_LETTERS = re.compile(r"[^\W\d_]+")
_ODD = re.compile(r"[\x80-\x9f\u2500-\u259f\ufffd°±²³µ¶·¤§©®¬«»‡†‰›‹≤≥∞≈√÷Ђђѓѕєіїјљњћџ]")


@dataclass(frozen=True, slots=True)
class Text:
    """What one pass over the bytes found.

    `damaged`: some bytes are not of the encoding; they are read as lone surrogates and their records are refused.
    `unclean`: control or invisible characters occur somewhere, so that every cell has to be looked at.
    """

    encoding: str
    candidates: tuple[str, ...]
    damaged: bool
    unclean: bool
    lines: int
    sha256: str
    foreign_line: int = 0
    """A line that is UTF-8 in a file that is not; 0 when there is none."""
    lost: int = 0
    """How many letters were lost before the file came here: another program has put U+FFFD in their places."""
    ended: bool = True
    """Whether a line end closes the last line."""


@dataclass(slots=True)
class _Tally:
    """Running counts of the pass."""

    lines: int = 0
    run: int = 0
    longest: int = 0
    longest_line: int = 0
    valid: int = 0
    invalid: int = 0
    unclean: bool = False
    lost: int = 0
    ended: bool = False


def is_known(name: str) -> bool:
    """Whether this is an encoding that files can be in: one of Unicode, or any in which ASCII stays what it is."""
    try:
        return codecs.lookup(name).name in _UNICODE or _TELLTALE.decode(name) == _TELLTALE.decode("ascii")
    except (LookupError, ValueError):
        return False


def scan(path: Path, limits: Limits, chosen: str = "", *, usual: str = "", lines_matter: bool = True) -> Text:
    """Read all bytes once: hash, lines, encoding, hidden characters.

    `chosen` is the encoding a person has decided for this file: it holds. `usual` is that of its source: it decides
    only what the bytes leave open. A mark at the beginning (BOM), the zero bytes of UTF-16 and UTF-32, and letters of
    several bytes that are valid UTF-8 say more than any profile; lines of UTF-8 among others are asked about, and so is
    a file that reads far better in another encoding. Everything else is read as `usual`.
    `lines_matter` is false for JSON documents. Raises Rejected (line_too_long, bad_encoding).
    """
    head = _head(path)
    wide = chosen or _by_bom(head) or _wide_without_bom(head)
    tally, digest = _pass(path, limits if lines_matter else replace(limits, line_chars=limits.unpacked_bytes))
    if wide and not _is_utf8(wide):
        _must_decode(path, wide)
        return Text(wide, (), False, True, tally.lines, digest)
    return replace(_narrow(path, wide, tally, digest, usual), ended=tally.ended)


def sha256_of(path: Path) -> str:
    """Hash the bytes of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _narrow(path: Path, wide: str, tally: _Tally, digest: str, usual: str) -> Text:
    if wide or not tally.invalid:
        return Text(wide or UTF8, (), bool(tally.invalid), tally.unclean, tally.lines, digest, 0, tally.lost)
    sample = _suspicious_lines(path)
    best, others = _single_byte(sample)
    if usual and not _is_unicode(usual):
        best, others = _as_usual(sample, usual, best)
    # Enough valid sequences that make words: the file is UTF-8, and some of its bytes are damaged.
    if tally.valid * 4 > tally.invalid and _plausibility(sample, UTF8) > _plausibility(sample, best) - 0.2:
        return Text(UTF8, (), True, True, tally.lines, digest)
    # Some of these encodings leave bytes without a letter: whoever carries one is refused, not the file.
    return Text(best, others, True, True, tally.lines, digest, _utf8_line(path))


def _as_usual(sample: bytes, usual: str, best: str) -> tuple[str, tuple[str, ...]]:
    """Take the encoding of the source, unless another one reads so much better that it must have changed."""
    doubtful = _plausibility(sample, best) - _plausibility(sample, usual) > _CLEARLY
    return usual, (usual, best) if doubtful else ()


def _utf8_line(path: Path) -> int:
    """Number of the first line whose letters are whole UTF-8: in a single-byte encoding they would spell no word."""
    with path.open("rb") as stream:
        return next((at for at, line in enumerate(stream, start=1) if not line.isascii() and _spells(line)), 0)


def _spells(line: bytes) -> bool:
    try:
        return _EUROPEAN.search(line.decode(UTF8)) is not None
    except UnicodeDecodeError:
        return False


def _is_unicode(name: str) -> bool:
    return codecs.lookup(name).name in _UNICODE


def _is_utf8(name: str) -> bool:
    return name in {UTF8, "utf-8-sig"}


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_SAMPLE_BYTES)


def _by_bom(head: bytes) -> str:
    return next((name for bom, name in _BOMS if head.startswith(bom)), "")


def wide_encoding(head: bytes) -> str:
    """Name the encoding of two or four bytes a letter that a beginning shows; '' for all others."""
    found = _by_bom(head)
    return ("" if found == "utf-8-sig" else found) or _wide_without_bom(head)


def _wide_without_bom(head: bytes) -> str:
    """UTF-16 or UTF-32 shows as zero bytes at fixed places: ASCII delimiters and digits make them."""
    length = len(head) // 4 * 4
    if length < 8:
        return ""
    zeros = (np.frombuffer(head[:length], dtype=np.uint8).reshape(-1, 4) == 0).mean(axis=0)
    if zeros.max() < 0.2:
        return ""
    if zeros[2] > 0.9 and zeros[3] > 0.9:
        return "utf-32-le"
    if zeros[0] > 0.9 and zeros[1] > 0.9:
        return "utf-32-be"
    return _utf16_order(float(zeros[0] + zeros[2]), float(zeros[1] + zeros[3]))


def _utf16_order(even: float, odd: float) -> str:
    if odd > 5 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 5 * odd else ""


def _pass(path: Path, limits: Limits) -> tuple[_Tally, str]:
    digest, tally = hashlib.sha256(), _Tally()
    decoder = codecs.getincrementaldecoder(UTF8)("surrogateescape")
    with path.open("rb") as stream:
        first = True
        while block := stream.read(MEGABYTE):
            digest.update(block)
            tally.ended = block.endswith((b"\n", b"\r"))
            _measure_lines(block, tally, limits)
            _measure_text(block.removeprefix(codecs.BOM_UTF8) if first else block, tally, decoder)
            first = False
    _measure_text(b"", tally, decoder, final=True)
    return tally, digest.hexdigest()


def _measure_lines(block: bytes, tally: _Tally, limits: Limits) -> None:
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == 10)
    if not len(ends) and b"\r" in block:
        ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == 13)
    if not len(ends):
        tally.run += len(block)
    else:
        longest = max(int(ends[0]) + tally.run, int(np.diff(ends).max(initial=0)))
        tally.run = len(block) - int(ends[-1]) - 1
        tally.longest = max(tally.longest, longest)
    # A quarter of the bytes at least are characters in every encoding that is read here.
    if max(tally.run, tally.longest) > 4 * limits.line_chars:
        raise Rejected("line_too_long", line=tally.lines + 1, limit=limits.line_chars)
    tally.lines += len(ends)


def _measure_text(block: bytes, tally: _Tally, decoder: codecs.IncrementalDecoder, *, final: bool = False) -> None:
    if not tally.unclean:
        tally.unclean = _is_unclean(block)
    if block.isascii() and not decoder.getstate()[0]:
        return
    tally.lost += block.count(_LOST)
    text = decoder.decode(block, final)
    escaped = 0 if _encodes(text) else sum("\udc80" <= char <= "\udcff" for char in text)
    tally.invalid += escaped
    # Every character beyond ASCII took at least one byte more than its count.
    tally.valid += max(0, len(block) - len(text)) or (len(text) - escaped if not text.isascii() and not escaped else 0)


def _encodes(text: str) -> bool:
    try:
        text.encode(UTF8)
    except UnicodeEncodeError:
        return False
    return True


def _is_unclean(block: bytes) -> bool:
    # Deleting bytes is the fastest search there is; most blocks hold none of them.
    if len(block.translate(None, _SUSPECT_BYTES)) == len(block):
        return False
    return len(block.translate(None, _CONTROL_BYTES)) != len(block) or _HIDDEN_BYTES.search(block) is not None


def _must_decode(path: Path, encoding: str) -> None:
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
    except LookupError as error:
        raise Rejected("bad_encoding", encoding=encoding) from error
    try:
        with path.open("rb") as stream:
            while block := stream.read(MEGABYTE):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise Rejected("bad_encoding", encoding=encoding) from error


def _suspicious_lines(path: Path) -> bytes:
    """Collect lines that carry bytes beyond ASCII: the only evidence of a single-byte encoding."""
    lines: list[bytes] = []
    size = 0
    with path.open("rb") as stream:
        for line in stream:
            if not line.isascii():
                lines.append(line)
                size += len(line)
            if size > _SAMPLE_BYTES:
                break
    return b"".join(lines)


def _single_byte(sample: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the most plausible encoding and, when a second one is nearly as plausible, both as candidates."""
    ranked = sorted(SINGLE_BYTE, key=lambda name: -_plausibility(sample, name))
    best, second = ranked[0], ranked[1]
    guessed = _canonical(str(chardet.detect(sample).get("encoding") or ""))
    lead = _plausibility(sample, best) - _plausibility(sample, second)
    if lead > 0.15 or (lead > 0.03 and guessed == best):
        return best, ()
    return best, (best, second)


def _canonical(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return ""
    return {"iso8859-1": "cp1252", "iso8859-15": "cp1252"}.get(found, found)


def _plausibility(sample: bytes, encoding: str) -> float:
    """Score a decoding between -1 and 1: letters in words of one script and case, Russian pairs, no odd signs."""
    text = sample.decode(encoding, "ignore" if encoding == UTF8 else "replace")
    foreign = [char for char in text if ord(char) > 127]
    odd = len(_ODD.findall(text)) / max(1, len(foreign))
    words = [word for word in _LETTERS.findall(text) if not word.isascii()]
    if not words:
        return -odd
    natural = sum(_natural(word) for word in words) / len(words)
    return natural + _pair_share("".join(words).lower()) - 2 * odd


def _natural(word: str) -> bool:
    cyrillic = len(_CYRILLIC.findall(word))
    one_script = cyrillic in {0, len(word)} and (cyrillic > 0 or any(char.isascii() for char in word))
    return one_script and (word.islower() or word.isupper() or word[1:].islower())


def _pair_share(text: str) -> float:
    pairs = [text[place : place + 2] for place in range(len(text) - 1)]
    return sum(pair in _RUSSIAN_PAIRS for pair in pairs) / max(1, len(pairs))
