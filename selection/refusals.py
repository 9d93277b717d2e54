"""What is said when something must not happen: a sentence that names the remedy, the same in every door."""

from enum import StrEnum


class Kind(StrEnum):
    """Why it was refused; the API maps it to a status, pages to a message."""

    NOT_ALLOWED = "not_allowed"
    NOT_NOW = "not_now"
    STALE = "stale"
    INCOMPLETE = "incomplete"


class Refused(Exception):
    """A change that was refused: nothing was changed, and `str(error)` says why and what to do."""

    def __init__(self, kind: Kind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
