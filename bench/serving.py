"""The web server and the worker as `manage.py demo` starts them, with what they say kept in files."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run both until the block ends; give the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    web = ["-m", "gunicorn", "selection.wsgi", "--workers", "2", "--threads", "2", "--no-control-socket", "--bind"]
    commands = {"web": [*web, address], "worker": ["manage.py", "db_worker", "--interval", "0.5"]}
    running = [_started(command, log_of(folder, name)) for name, command in commands.items()]
    try:
        _wait_for(address)
        yield f"http://{address}"
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def log_of(folder: Path, name: str) -> Path:
    """Where `web` or `worker` says what it says."""
    return folder / f"{name}.log"


def _started(command: list[str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as stream:
        return subprocess.Popen([sys.executable, *command], stdout=stream, stderr=subprocess.STDOUT)


def _wait_for(address: str) -> None:
    host, port = address.split(":")
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return
