"""Where ratings stay when they outgrow one machine: a data set behind an engine, opened for one reading."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
from django.utils.translation import gettext as _

from scoring.refusals import EvidenceRefused

DUCKDB, SPARK = "duckdb", "spark"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A data set of Parquet files: who reads it, and where it lies as that engine says it."""

    engine: str
    location: str
    master: str = ""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Ratings that an engine is ready to group, and how to fetch what came of it."""

    rows: nw.LazyFrame[Any]
    fetch: Callable[[nw.LazyFrame[Any]], pd.DataFrame]


def parse_source(text: str) -> Source:
    """Read EVIDENCE_SOURCE. Raises EvidenceRefused with what it should look like."""
    parts = urlsplit(text, allow_fragments=False)
    # Object stores have addresses of their own: spark://master:7077/s3a://bucket/ratings
    location = parts.path.lstrip("/") if "://" in parts.path else parts.path
    if parts.scheme == DUCKDB and not parts.netloc and location:
        return Source(engine=DUCKDB, location=location)
    if parts.scheme == SPARK and parts.netloc and location:
        return Source(engine=SPARK, location=location, master=f"{SPARK}://{parts.netloc}")
    told = _(
        "EVIDENCE_SOURCE is “%(text)s”. Write duckdb:///folder/*.parquet for files that this machine can read, or "
        "spark://master:7077/folder for files that a Spark cluster can read."
    )
    raise EvidenceRefused(told % {"text": text})


@contextmanager
def opened(source: Source) -> Iterator[Opened]:
    """Open a source for one reading, on a clock of UTC. Raises EvidenceRefused when the engine cannot read it."""
    with _on_duckdb(source) if source.engine == DUCKDB else _on_spark(source) as found:
        yield found


@contextmanager
def _on_duckdb(source: Source) -> Iterator[Opened]:
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        try:
            rows: nw.LazyFrame[Any] = nw.from_native(connection.read_parquet(source.location))
            yield Opened(rows=rows, fetch=lambda frame: frame.to_native().df())
        except duckdb.Error as error:
            raise _unreadable(source, error) from error


@contextmanager
def _on_spark(source: Source) -> Iterator[Opened]:
    if find_spec("pyspark") is None:
        raise EvidenceRefused(_("Spark is not installed here. Install requirements-cluster.txt and Java 17 or later."))
    # Optional, half a gigabyte, and imported only by those who have a cluster.
    sql, errors, gateway = map(import_module, ("pyspark.sql", "pyspark.errors", "py4j.protocol"))
    failures = (errors.PySparkException, gateway.Py4JError)
    try:
        session = _session(sql.SparkSession.builder.master(source.master))
    except failures as error:
        raise _unreadable(source, error) from error
    try:
        yield Opened(rows=nw.from_native(session.read.parquet(source.location)), fetch=_rows_of_spark)
    except failures as error:
        raise _unreadable(source, error) from error
    finally:
        session.stop()


def _session(builder: Any) -> Any:
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.appName("Rostrum").getOrCreate()


def _rows_of_spark(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    native = frame.to_native()
    return pd.DataFrame(native.collect(), columns=native.columns)


def _unreadable(source: Source, error: Exception) -> EvidenceRefused:
    told = _("%(engine)s cannot read “%(location)s”: %(reason)s Correct EVIDENCE_SOURCE or the files.")
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return EvidenceRefused(told % {"engine": source.engine, "location": source.location, "reason": reason})
