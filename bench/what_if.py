"""A slider of a what-if let go until the redrawn list, beside two plain pages of the Django admin over the same agents.

The time of the what-if is that of the whole answer: request, rights, both lists over all agents, names, the row and the
journal entry that keep it, HTML. The admin only lists a hundred agents, sorted by an indexed column, twice.
"""

import sys
from importlib import import_module

from bench.settings import prepare
from bench.table import in_turn, show

PEER = "Django admin: two plain changelist pages"


def main(engine: str, rows: int, rounds: int) -> None:
    """Print both times of one engine; `rows` is the number of agents."""
    prepare(engine)
    # Models exist only after Django is set up.
    asking = import_module("bench.asking")
    world = asking.set_up(rows)
    variants = {PEER: world.two_changelists, "Rostrum: slider to redrawn list, journaled": world.what_if}
    for run in variants.values():
        run()  # both sides warm: templates compiled, measures in memory
    show(f"What if, {rows:,} agents, {engine}", in_turn(variants, rows=rows, rounds=max(rounds, 5)), base=PEER)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
