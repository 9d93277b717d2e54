"""Evidence files in: `understand` a file, then `read` its typed records. Pure: no database, no clock.

Python's `understand(path, kind=...)` never raises for a bad file: it answers with questions or a rejection. `read`
raises `Rejected` only when a file breaks off in the middle.
"""

from pathlib import Path

from scoring.intake.inspection import inspect
from scoring.intake.limits import Limits
from scoring.intake.profiles import Profile, ProfileError
from scoring.intake.reading import Reading, Tally, read
from scoring.intake.records import Chunk
from scoring.intake.refusals import Note, Question, Refusal, Rejected, Rejection
from scoring.intake.roster import Person, Roster
from scoring.intake.understanding import Choices, Column, Understanding

__all__ = [
    "Choices",
    "Chunk",
    "Column",
    "Limits",
    "Note",
    "Person",
    "Profile",
    "ProfileError",
    "Question",
    "Reading",
    "Refusal",
    "Rejected",
    "Rejection",
    "Roster",
    "Tally",
    "Understanding",
    "read",
    "understand",
]

_NO_CHOICES = Choices()
_LIMITS = Limits()
_PLAIN = Profile("default")


def understand(
    path: Path,
    *,
    kind: str,
    profile: Profile = _PLAIN,
    choices: Choices = _NO_CHOICES,
    limits: Limits = _LIMITS,
    zone: str = "Europe/Moscow",
    file_name: str = "",
) -> Understanding:
    """Decide everything that holds for the whole file: container, encoding, table, columns, dates, scale.

    `zone` holds for times that name none, unless the profile or a choice says otherwise. See `Understanding.action`.
    """
    seen = Understanding(kind, file_name=file_name or path.name, profile=profile.name, zone=zone)
    inspect(path, seen, profile, choices, limits)
    return seen
