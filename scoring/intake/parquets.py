"""Parquet files through DuckDB: rows and sizes are told from the footer before a page is unpacked."""

import json
from pathlib import Path
from typing import Any

import duckdb

from scoring.intake.grids import Batches
from scoring.intake.limits import MEGABYTE, Limits
from scoring.intake.refusals import Rejected

_TEXTS = {"VARCHAR": 1, "BLOB": 4}
_AS_TEXT = ("UUID", "ENUM", "BIT", "INTERVAL", "HUGEINT", "UHUGEINT")
_CHARS_AT_ONCE = 16 * MEGABYTE
_REPEATED = 4
_NESTED = ("STRUCT", "MAP", "UNION", "LIST", "VARIANT")


def columns(path: Path, limits: Limits) -> list[str]:
    """Return the column names after the footer was checked. Raises Rejected."""
    with _connection() as connection:
        try:
            _check(connection, path, limits)
            names = [name for name, _ in _types(connection, path)]
        except duckdb.Error as error:
            raise Rejected("corrupt", container="parquet") from error
    if len(names) > limits.columns:
        raise Rejected("too_many_columns", found=len(names), limit=limits.columns)
    return names


def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": "128MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _check(connection: duckdb.DuckDBPyConnection, path: Path, limits: Limits) -> None:
    rows = _one(connection, "SELECT sum(num_rows) FROM parquet_file_metadata(?)", path)
    if rows > limits.rows:
        raise Rejected("too_many_rows", found=rows, limit=limits.rows)
    size = _one(connection, "SELECT sum(total_uncompressed_size) FROM parquet_metadata(?)", path)
    if size > limits.unpacked_mb * MEGABYTE:
        raise Rejected("zip_bomb", limit=limits.unpacked_mb)


def _one(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    row = connection.execute(query, [str(path)]).fetchone()
    return int(row[0] or 0) if row else 0


def _types(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, str]]:
    found = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    return [(str(row[0]), str(row[1])) for row in found]


def batches(path: Path, limits: Limits) -> Batches:
    """Give the rows in batches; times with a zone as ISO text in UTC, nested values as JSON text."""
    with _connection() as connection:
        try:
            types = _types(connection, path)
            chosen = ", ".join(_expression(name, kind, limits) for name, kind in types)
            binary = any(kind == "BLOB" for _, kind in types)
            size = _rows_at_once(connection, path, types, limits)
            cursor = connection.execute(f"SELECT {chosen} FROM read_parquet(?)", [str(path)])  # noqa: S608
            while rows := cursor.fetchmany(size):
                yield [list(map(_decoded, row)) for row in rows] if binary else list(rows)
        except duckdb.OutOfMemoryException as error:
            raise Rejected("zip_bomb", limit=limits.unpacked_mb) from error
        except duckdb.Error as error:
            raise Rejected("corrupt", container="parquet") from error


def _rows_at_once(
    connection: duckdb.DuckDBPyConnection, path: Path, types: list[tuple[str, str]], limits: Limits
) -> int:
    """Tell how many rows fit into memory; a dictionary can repeat one long text a million times. Raises Rejected."""
    sizes = [_size(name, kind) for name, kind in types if kind in _TEXTS]
    if not sizes:
        return limits.chunk_rows
    longest = " + ".join(f"coalesce(max(least({size}, {limits.field_chars + 1})), 0)" for size in sizes)
    total = " + ".join(f"coalesce(sum({size}), 0)" for size in sizes)
    query = f"SELECT {longest}, {total} FROM read_parquet(?)"  # noqa: S608
    row, size = connection.execute(query, [str(path)]).fetchone() or (0, 0)
    if size > _REPEATED * limits.unpacked_bytes:
        raise Rejected("zip_bomb", limit=limits.unpacked_mb)
    return max(1, min(limits.chunk_rows, _CHARS_AT_ONCE // max(1, int(row))))


def _size(name: str, kind: str) -> str:
    return f"octet_length({_quoted(name)})" if kind == "BLOB" else f"strlen({_quoted(name)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _expression(name: str, kind: str, limits: Limits) -> str:
    quoted = _quoted(name)
    if kind in _TEXTS:
        # One character beyond what is allowed is enough to be refused for; a character has four bytes at most.
        return f"{quoted}[:{(limits.field_chars + 1) * _TEXTS[kind]}] AS {quoted}"
    if kind.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"strftime(timezone('UTC', {quoted}), '%Y-%m-%d %H:%M:%S.%fZ') AS {quoted}"
    if kind.endswith("]") or kind.startswith(_NESTED):
        return f"CAST(to_json({quoted}) AS VARCHAR) AS {quoted}"
    if kind.startswith("DECIMAL"):
        return f"CAST({quoted} AS DOUBLE) AS {quoted}"
    return f"CAST({quoted} AS VARCHAR) AS {quoted}" if kind.startswith(_AS_TEXT) else quoted


def _decoded(value: Any) -> Any:
    """Text that its writer did not mark as such; bytes that are none come through as lone surrogates."""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def as_text(value: Any) -> str:
    """Write a nested value as JSON text, the form in which cells carry it."""
    return json.dumps(value, ensure_ascii=False)
