"""Parquet files through DuckDB: rows and sizes are told from the footer before a page is unpacked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scoring.intake.grids import NESTED, BadCell, Batches
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
            names = [leaf.name for leaf in _leaves(connection, path, limits)]
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


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One column of plain values: a column of the file, or a field inside a structure, named as in JSON (agent.id)."""

    name: str
    source: str
    kind: str


def _leaves(connection: duckdb.DuckDBPyConnection, path: Path, limits: Limits) -> list[_Leaf]:
    found = connection.from_parquet(str(path))
    tops = zip(found.columns, found.types, strict=True)
    return [leaf for name, kind in tops for leaf in _inner(name, _quoted(name), kind, limits.json_depth)]


def _inner(name: str, source: str, kind: Any, depth: int) -> Iterator[_Leaf]:
    if kind.id != "struct" or not depth:
        yield _Leaf(name, source, str(kind))
        return
    for field, inner in kind.children:
        part = f"struct_extract({source}, {_text(field)})"
        yield from _inner(f"{name}.{field}", part, inner, depth - 1)


def batches(path: Path, limits: Limits) -> Batches:
    """Give the rows in batches: times with a zone as ISO text in UTC, structures as JSON has them, field by field.

    A list or a map is no value: it comes as BadCell, and refuses the record only where something is read from it.
    """
    with _connection() as connection:
        try:
            leaves = _leaves(connection, path, limits)
            chosen = ", ".join(_expression(leaf, limits) for leaf in leaves)
            special = [(at, decode) for at, leaf in enumerate(leaves) if (decode := _decoder(leaf.kind))]
            size = _rows_at_once(connection, path, leaves, limits)
            cursor = connection.execute(f"SELECT {chosen} FROM read_parquet(?)", [str(path)])  # noqa: S608
            while rows := cursor.fetchmany(size):
                yield [_decoded(row, special) for row in rows] if special else list(rows)
        except duckdb.OutOfMemoryException as error:
            raise Rejected("zip_bomb", limit=limits.unpacked_mb) from error
        except duckdb.Error as error:
            raise Rejected("corrupt", container="parquet") from error


def _rows_at_once(connection: duckdb.DuckDBPyConnection, path: Path, leaves: list[_Leaf], limits: Limits) -> int:
    """Tell how many rows fit into memory; a dictionary can repeat one long text a million times. Raises Rejected."""
    sizes = [_size(leaf) for leaf in leaves if leaf.kind in _TEXTS]
    if not sizes:
        return limits.chunk_rows
    longest = " + ".join(f"coalesce(max(least({size}, {limits.field_chars + 1})), 0)" for size in sizes)
    total = " + ".join(f"coalesce(sum({size}), 0)" for size in sizes)
    query = f"SELECT {longest}, {total} FROM read_parquet(?)"  # noqa: S608
    row, size = connection.execute(query, [str(path)]).fetchone() or (0, 0)
    if size > _REPEATED * limits.unpacked_bytes:
        raise Rejected("zip_bomb", limit=limits.unpacked_mb)
    return max(1, min(limits.chunk_rows, _CHARS_AT_ONCE // max(1, int(row))))


def _size(leaf: _Leaf) -> str:
    return f"octet_length({leaf.source})" if leaf.kind == "BLOB" else f"strlen({leaf.source})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _expression(leaf: _Leaf, limits: Limits) -> str:
    source, kind = leaf.source, leaf.kind
    if kind in _TEXTS:
        # One character beyond what is allowed is enough to be refused for; a character has four bytes at most.
        return f"{source}[:{(limits.field_chars + 1) * _TEXTS[kind]}]"
    if kind.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"strftime(timezone('UTC', {source}), '%Y-%m-%d %H:%M:%S.%fZ')"
    if _is_nested(kind):
        return f"left(CAST(to_json({source}) AS VARCHAR), {limits.field_chars + 1})"
    if kind in {"DOUBLE", "FLOAT"}:
        # Where a value is missing, data frames write a number that is none.
        return f"CASE WHEN isnan({source}) THEN NULL ELSE {source} END"
    if kind.startswith("DECIMAL"):
        return f"CAST({source} AS {'VARCHAR' if kind.endswith(',0)') else 'DOUBLE'})"
    return f"CAST({source} AS VARCHAR)" if kind.startswith(_AS_TEXT) else source


def _is_nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(_NESTED)


def _decoder(kind: str) -> Callable[[Any], Any] | None:
    """What to do with values as they come; None for nothing."""
    if _is_nested(kind):
        return _as_no_value
    return _as_text if kind == "BLOB" else None


def _decoded(row: Sequence[Any], special: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    cells = list(row)
    for at, decode in special:
        cells[at] = decode(cells[at])
    return cells


def _as_text(value: Any) -> Any:
    """Text that its writer did not mark as such; bytes that are none come through as lone surrogates."""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def _as_no_value(value: str | None) -> BadCell | None:
    return None if value in {None, "[]", "{}", "null"} else BadCell(str(value), NESTED)
