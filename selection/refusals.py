"""What is said when something must not happen: a sentence that names the remedy, the same in every door."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from assessments import refusals as assessments


class Kind(StrEnum):
    """Why it was refused; the API maps it to a status, pages to a message."""

    NOT_ALLOWED = "not_allowed"
    NOT_NOW = "not_now"
    STALE = "stale"
    INCOMPLETE = "incomplete"


# What a door that speaks HTTP answers with.
STATUS = {Kind.NOT_ALLOWED: 403, Kind.NOT_NOW: 409, Kind.STALE: 409, Kind.INCOMPLETE: 400}


class Refused(Exception):
    """A change that was refused: nothing was changed, and `str(error)` says why and what to do."""

    def __init__(self, kind: Kind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence


_KINDS: dict[type[assessments.Refused], Kind] = {
    assessments.Stale: Kind.STALE,
    assessments.Incomplete: Kind.INCOMPLETE,
    assessments.NotYours: Kind.NOT_ALLOWED,
}


@contextmanager
def refusals_of_work() -> Iterator[None]:
    """Let what the anonymous floor refuses be refused here, in its own sentence, so that doors know one exception."""
    try:
        yield
    except assessments.Refused as error:
        raise Refused(_KINDS.get(type(error), Kind.NOT_NOW), error.sentence) from error
