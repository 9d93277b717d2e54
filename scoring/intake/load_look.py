"""A file understood with the profiles and the limits of this installation."""

from dataclasses import fields, replace
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from scoring.intake import Choices, Limits, understand
from scoring.intake.load_profiles import find_profile
from scoring.intake.refusals import Rejection
from scoring.intake.understanding import Understanding
from scoring.models.batches import EvidenceKind

CHUNK_ROWS = 5_000
# A worker beside the pages keeps its transactions on SQLite short.
POLITE_ROWS = 4000
_OUR_OWN = frozenset({"chunk_rows", "first_rows"})


def limits(*, polite: bool = False) -> Limits:
    """The limits of this installation: the defaults, changed by the setting INTAKE_LIMITS.

    Raises ImproperlyConfigured when the setting names a limit that does not exist, or one below 1.
    """
    changed: dict[str, int] = settings.INTAKE_LIMITS
    known = [one.name for one in fields(Limits) if one.name not in _OUR_OWN]
    wrong = [name for name, value in changed.items() if name not in known or value < 1]
    if wrong:
        raise ImproperlyConfigured(
            f"INTAKE_LIMITS: {', '.join(wrong)} cannot be set so. Limits, all from 1: {', '.join(known)}."
        )
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
