"""What is said when evidence must not be changed that way: a sentence that names the remedy."""


class EvidenceRefused(Exception):
    """A change that was refused: nothing was changed, and `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
