"""Why not: a refusal is a translated sentence that names the remedy, with a code for machines."""


class Refused(Exception):
    """Something cannot be done. `sentence` is for people, `code` for machines, `status` for HTTP."""

    status = 409

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class NotNow(Refused):
    """The work is not in a state in which this can be done."""


class Stale(Refused):
    """Another tab or device writes now; nothing of this one was taken over."""


class TooLate(Refused):
    """The time is over; what was saved before counts."""


class Incomplete(Refused):
    """Something is missing or outside its limits, and can be put right at once."""

    status = 400


class NotYours(Refused):
    """The work belongs to somebody else; to a stranger it does not exist."""

    status = 404
