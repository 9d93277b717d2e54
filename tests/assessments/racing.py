"""Two people at the same instant: each act in a thread with a database connection of its own."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.db import connection, connections

Act = Callable[[], object]
PATIENCE = 30.0


class Arena:
    """Where acts race. SQLite's tests live in one shared memory, which has no locks to wait for: a file has."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "race.sqlite3" if connection.vendor == "sqlite" else None
        if self.file is not None:
            with sqlite3.connect(self.file) as copy:
                connection.ensure_connection()
                connection.connection.backup(copy)
            copy.close()

    def run(self, *acts: Act) -> list[Any]:
        """Run the acts at the same time; give what each returned or raised, in their order."""
        results: list[Any] = [None] * len(acts)
        together = threading.Barrier(len(acts))
        threads = [
            threading.Thread(target=self._one, args=(act, place, results, together)) for place, act in enumerate(acts)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in threads), "The race did not end: a deadlock."
        return results

    def ask(self, question: Callable[[], Any]) -> Any:
        """Look at the database in which the race was run."""
        (answer,) = self.run(question)
        return answer

    def _one(self, act: Act, place: int, results: list[Any], together: threading.Barrier) -> None:
        if self.file is not None:
            given = connections["default"].settings_dict | {"NAME": str(self.file)}
            connections["default"] = type(connections["default"])(given, "default")
        try:
            together.wait(PATIENCE)
            results[place] = act()
        except Exception as raised:  # noqa: BLE001 - what was raised is what is asked for
            results[place] = raised
        finally:
            connections["default"].close()


def won(results: Sequence[Any]) -> int:
    """How many acts went through."""
    return sum(not isinstance(result, Exception) for result in results)
