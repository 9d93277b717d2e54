"""A file understood with the profiles and the limits of this installation."""

from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.db import connection

from scoring.intake import Choices, Limits, understand
from scoring.intake.load_profiles import find_profile
from scoring.intake.refusals import Rejection
from scoring.intake.understanding import Understanding
from scoring.models.batches import EvidenceKind

CHUNK_ROWS = 5_000
# A worker beside the pages keeps its transactions on SQLite short.
POLITE_ROWS = 4000


def limits(*, polite: bool = False) -> Limits:
    """The limits of this installation: the defaults, changed by the setting INTAKE_LIMITS."""
    changed: dict[str, int] = getattr(settings, "INTAKE_LIMITS", {})
    rows_at_once = POLITE_ROWS if polite and connection.vendor == "sqlite" else CHUNK_ROWS
    return replace(Limits(**changed), chunk_rows=rows_at_once)


def look(
    path: Path, *, kind: str, profile: str = "", choices: Choices | None = None, file_name: str = ""
) -> Understanding:
    """Understand a file with a profile by name. Raises NoSuchProfile.

    Ratings are turned away while they stay in the warehouse: what is imported beside it would count twice.
    """
    seen = understand(
        path,
        kind=kind,
        profile=find_profile(profile),
        choices=choices or Choices(),
        limits=limits(),
        zone=settings.TIME_ZONE,
        file_name=file_name,
    )
    if kind == EvidenceKind.RATINGS and settings.EVIDENCE_SOURCE:
        seen.rejection = Rejection("kept_in_warehouse")
    return seen
