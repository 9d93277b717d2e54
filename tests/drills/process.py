"""One process of a drill: `prepare AGENTS`, `confirm FILE`, `load BATCH` or `facts`; it answers with JSON."""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def prepare(agents: str) -> int:
    """Make tables and agents."""
    management, models = import_module("django.core.management"), import_module("scoring.models")
    management.call_command("migrate", verbosity=0)
    made = [
        models.Agent(staff_number=f"A-{at}", full_name=f"Agent {at}", created_at=now()) for at in range(int(agents))
    ]
    return len(models.Agent.objects.bulk_create(made))


def confirm(path: str) -> int:
    """Leave a batch the way HR's confirmation leaves it; give its number."""
    batch = import_module("scoring.models").Batch.objects.create(
        kind="ratings", state="staging", file_name=os.path.basename(path), stored_path=path, as_of=now(),
        created_at=now(), heartbeat_at=now(),
    )  # fmt: skip
    return int(batch.pk)


def load(batch: str) -> Any:
    """Do what the background worker does with a confirmed batch."""
    found = import_module("scoring.models").Batch.objects.get(pk=batch)
    report = import_module("scoring.batches").carry_out(batch=found, at=now())
    return report and {"added": report.added, "unchanged": report.unchanged, "refused": report.refused}


def facts() -> dict[str, Any]:
    """What stands in the database."""
    models, connection = import_module("scoring.models"), import_module("django.db").connection
    rows = models.Rating.objects
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    return {
        "rows": rows.count(),
        "counted": rows.filter(batch__state="published").count(),
        "keys": rows.values("key").distinct().count(),
        "offered": sum(models.CellSum.objects.values_list("offered", flat=True)),
        "differing": len(import_module("scoring.recount").check()),
        "states": dict(models.Batch.objects.order_by("pk").values_list("pk", "state")),
        "messages": [text for text in models.Batch.objects.values_list("message", flat=True) if text],
        "published": import_module("journal.models").Entry.objects.filter(verb="publish_batch").count(),
    }


def now() -> Any:
    """The clock of the machine."""
    return import_module("django.utils.timezone").now()


VERBS: dict[str, Callable[..., Any]] = {"prepare": prepare, "confirm": confirm, "load": load, "facts": facts}

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "selection.settings"
    import_module("django").setup()
    sys.stdout.write(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])))
