"""How much of a file is read before it is turned away."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds checked before and while a file is read.

    `file_mb` holds for packed containers (workbooks, Parquet, zip, gzip); plain text is its own unpacked form, so
    `unpacked_mb` holds for it. `line_chars` bounds one physical line, or one quoted field, in memory. A text may begin
    with a chunk of `first_rows`, shorter than the `chunk_rows` of all others, so that whoever waits for it can begin.
    """

    file_mb: int = 64
    unpacked_mb: int = 200
    compression_ratio: int = 100
    columns: int = 256
    field_chars: int = 20_000
    comment_chars: int = 10_000
    rows: int = 5_000_000
    json_depth: int = 32
    zip_entries: int = 1000
    line_chars: int = 1_000_000
    future_tolerance_hours: int = 24
    refusals: int = 1000
    chunk_rows: int = 25_000
    first_rows: int = 0

    @property
    def file_bytes(self) -> int:
        """The largest packed file, in bytes."""
        return self.file_mb * MEGABYTE

    @property
    def unpacked_bytes(self) -> int:
        """The largest unpacked content, in bytes."""
        return self.unpacked_mb * MEGABYTE
