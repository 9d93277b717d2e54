"""Read a large file in a process of its own, so that reading and storing share the work of two processors.

The reader is a fork: it begins at once and knows all that was understood. It touches no database. When whoever stores
stops or dies, its pipe breaks, and it ends.
"""

import gc
import pickle
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from scoring.intake.meanings import RATINGS
from scoring.intake.reading import Reading, Tally
from scoring.intake.records import Chunk
from scoring.intake.refusals import Rejected, Rejection

if sys.platform == "linux":
    import fcntl

# Below this, the second process costs more than it brings.
WORTHWHILE_BYTES = 2 * 1024 * 1024
# As much as Linux gives to everybody.
PIPE_BYTES = 1024 * 1024
# Of very long files some chunks are stored while the rest is read: as many as that time is enough for.
GIVEN_OF_LONG = 3
# Few, so that storing begins soon.
FIRST_ROWS = 1000
_PATIENCE_SECONDS = 1.0


class ReaderLost(RuntimeError):
    """The reading process ended without a word: somebody killed it, or memory ran out."""


@dataclass(slots=True)
class _Told:
    """The reader's last word: what it counted, or why it stopped."""

    tally: Tally
    rejection: Rejection | None = None
    error: BaseException | None = None


class Packed(Mapping[str, Any]):
    """Columns on their way between processes, unpacked when somebody asks for one: who stores them seldom does."""

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._packed = pickle.dumps(columns, protocol=pickle.HIGHEST_PROTOCOL)

    @cached_property
    def _columns(self) -> dict[str, Any]:
        # Written above, in a fork of this very process.
        return dict(pickle.loads(self._packed))  # noqa: S301

    def __getitem__(self, name: str) -> Any:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def chunks_of(reading: Reading, prepare: Callable[[Chunk], Any] | None = None) -> Generator[Chunk, None, None]:
    """Give the chunks of a reading, read beside us where that is worth it and safe.

    The reading process makes of each chunk what `prepare` says and sends it along, as `prepared`; without one, or where
    the file is read right here, nothing is prepared.

    Files of sources whose answers may change are not: what is given must stand, to be compared with what is stored.
    A process with threads is not forked: a lock that another thread holds would stay closed in the child for ever.
    Raises Rejected as the reading does, and ReaderLost.
    """
    alone = threading.active_count() == 1 and sys.platform == "linux"
    names_new_agents = reading.setting.roster is not None and reading.setting.roster.creates
    large = reading.path.stat().st_size > WORTHWHILE_BYTES
    seen = reading.setting.seen
    if alone and large and seen.kind == RATINGS and not seen.updates and not names_new_agents:
        return _beside(reading, prepare)
    return iter(reading)


def _beside(reading: Reading, prepare: Callable[[Chunk], Any] | None) -> Generator[Chunk, None, None]:
    receiving, sending = get_context("fork").Pipe(duplex=False)
    reading.gives = GIVEN_OF_LONG if reading.spreads else 1
    limits = reading.setting.limits
    first = replace(limits, first_rows=min(FIRST_ROWS, limits.chunk_rows))
    reading.setting = replace(reading.setting, limits=first)
    _widen(sending)
    child = get_context("fork").Process(target=_read, args=(reading, prepare, receiving, sending), daemon=True)
    child.start()
    sending.close()
    try:
        while isinstance(found := _heard(receiving, reading), Chunk):
            yield found
        _conclude(reading, found)
    finally:
        receiving.close()
        child.join()


def _widen(sending: Connection) -> None:
    """Let the reader go on while a chunk or two wait in the pipe; where that is not allowed, it waits with them."""
    with suppress(OSError):
        fcntl.fcntl(sending.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _heard(receiving: Connection, reading: Reading) -> Chunk | _Told:
    try:
        while not receiving.poll(_PATIENCE_SECONDS):
            _show_life(reading)
        found: Chunk | _Told = receiving.recv()
    except EOFError:
        raise ReaderLost(str(reading.path)) from None
    _show_life(reading)
    return found


def _show_life(reading: Reading) -> None:
    if reading.tick:
        reading.tick()


def _conclude(reading: Reading, told: _Told) -> None:
    if told.rejection:
        raise Rejected(told.rejection.code, **told.rejection.params)
    if told.error:
        raise told.error
    reading.tally = told.tally


def _read(reading: Reading, prepare: Callable[[Chunk], Any] | None, receiving: Connection, sending: Connection) -> None:
    """In the child: send every chunk, then the last word."""
    receiving.close()
    gc.disable()
    reading.tick = None
    told = _Told(reading.tally)
    # A broken pipe means that nobody listens any more.
    with suppress(BrokenPipeError, KeyboardInterrupt):
        try:
            for chunk in reading:
                sending.send(_packed(chunk, prepare))
        except Rejected as error:
            told.rejection = error.rejection
        except (OSError, MemoryError) as error:
            if isinstance(error, BrokenPipeError):
                raise
            told.error = error
        sending.send(told)


def _packed(chunk: Chunk, prepare: Callable[[Chunk], Any] | None) -> Chunk:
    prepared = prepare(chunk) if prepare and chunk.records and not chunk.recalled else None
    return replace(chunk, columns=Packed(chunk.columns), prepared=prepared)
