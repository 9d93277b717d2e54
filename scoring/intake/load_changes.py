"""Notes of whose sums have changed, for those who keep a copy of them (scoring.shelf)."""

from collections.abc import Iterable

from scoring.models import CellChange


def note_change(agents: Iterable[int]) -> None:
    """Note, inside the caller's transaction, that the sums of these agents are other ones now.

    A row of its own each time, so that imports of the same agents never wait for each other.
    """
    CellChange.objects.create(agents=sorted({int(agent) for agent in agents}))
