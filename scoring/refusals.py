"""What is said when evidence must not be changed that way: a sentence that names the remedy."""

from django.utils.translation import gettext as _

SHORTEST_REASON = 10


class EvidenceRefused(Exception):
    """A change that was refused: nothing was changed, and `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def check_reason(reason: str, why: str = "") -> None:
    """Refuse a change without a reason that says something; `why` tells who will read it. Raises EvidenceRefused."""
    if len(reason.strip()) < SHORTEST_REASON:
        told = _("Give the reason in a sentence: whoever asks later shall understand the decision.")
        raise EvidenceRefused(why or told)
