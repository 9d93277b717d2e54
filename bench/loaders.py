"""The ways of loading that `bench.imports` compares. Import only after Django is set up."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from import_export import fields, resources
from import_export.instance_loaders import CachedInstanceLoader
from import_export.widgets import FloatWidget, ForeignKeyWidget, Widget
from tablib import Dataset

from scoring.intake.load import import_file
from scoring.models import Agent, Batch, Cell, CellSum, Rating, Refusal

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
COLUMNS = (
    "batch_id", "record", "key", "agent_id", "chat_id", "instrument", "value", "rated_at", "channel", "topic", "rater",
    "comment", "share",
)  # fmt: skip


def set_up(numbers: Sequence[str]) -> None:
    """Make the tables and the agents that the file speaks of."""
    call_command("migrate", verbosity=0)
    empty()
    Agent.objects.all().delete()
    Agent.objects.bulk_create(Agent(staff_number=number, full_name=number, created_at=AT) for number in numbers)


def empty() -> None:
    """Forget every rating, batch and cell."""
    for model in (Refusal, CellSum, Cell, Rating, Batch):
        model.objects.all().delete()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE scoring_rating")


def filled_by(run: Callable[[], object]) -> None:
    """Start again from one import by the variant itself."""
    empty()
    run()


def ours(path: Path) -> None:
    """Rostrum's own import, from the file to published rows and cells."""
    report = import_file(path, kind="ratings", as_of=AT, at=AT, profile="surveys")
    assert report.refused == 0, report.refused


class CachedForeignKeyWidget(ForeignKeyWidget):
    """Looks agents up in memory, as the peer's documentation advises for big files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {agent.staff_number: agent for agent in Agent.objects.all()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return self.known[value]


class InstantWidget(Widget):
    """Reads the ISO times of the file."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime:
        return datetime.fromisoformat(value)


def peer(path: Path) -> None:
    """django-import-export with bulk writes, cached look-ups, no diffs; unchanged rows are skipped."""
    batch = Batch.objects.create(kind="ratings", file_name=path.name, created_at=AT)

    class RatingResource(resources.ModelResource):
        key = fields.Field(attribute="key", column_name="rating_id")
        agent = fields.Field(attribute="agent", column_name="agent_id", widget=CachedForeignKeyWidget(Agent))
        value = fields.Field(attribute="value", column_name="rating", widget=FloatWidget())
        rated_at = fields.Field(attribute="rated_at", column_name="rated_at", widget=InstantWidget())

        class Meta:
            model = Rating
            import_id_fields = ("key",)
            fields = ("key", "chat_id", "agent", "value", "rated_at", "channel", "topic", "comment")
            use_bulk = True
            batch_size = 5000
            skip_unchanged = True
            report_skipped = False
            skip_diff = False
            skip_html_diff = True
            instance_loader_class = CachedInstanceLoader

        def before_save_instance(self, instance: Rating, row: Any, **kwargs: Any) -> None:
            instance.batch, instance.record, instance.instrument = batch, kwargs.get("row_number") or 0, "csat5"

    with path.open(encoding="utf-8", newline="") as file:
        RatingResource().import_data(Dataset().load(file, format="csv"), dry_run=False, raise_errors=True)


def clean_rows(path: Path) -> list[tuple[Any, ...]]:
    """The rows of the file as the table stores them: what the limit is spared from doing."""
    known = dict(Agent.objects.values_list("staff_number", "pk"))
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (
                1, number, row["rating_id"], known[row["agent_id"]], row["chat_id"], "csat5",
                float(row["rating"]) if row["rating"] else None, row["rated_at"], row["channel"], row["topic"], "",
                row["comment"], 1.0,
            )
            for number, row in enumerate(csv.DictReader(file), start=1)
        ]  # fmt: skip


def limit(rows: list[tuple[Any, ...]]) -> None:
    """COPY, or executemany in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, rows)
        else:
            marks = ", ".join(["?"] * len(COLUMNS))
            sql = f"INSERT INTO scoring_rating ({', '.join(COLUMNS)}) VALUES ({marks})"
            connection.connection.executemany(sql, rows)


def _copy(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["\\N" if cell is None else cell for cell in row] for row in rows])
    text.seek(0)
    cursor.copy_expert(f"COPY scoring_rating ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv, NULL '\\N')", text)
