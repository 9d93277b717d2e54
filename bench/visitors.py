"""People on the pages while something else happens: who asks for what, how long each answer takes, and what it was."""

import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path

import numpy as np

# Long enough for one who is kept waiting by the whole of SQLite's busy timeout, and then by the page.
PATIENCE_SECONDS = 60
# Between two pages of one person.
PAUSE_SECONDS = 0.1
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "rostrum-bench-boundary"


@dataclass(frozen=True)
class Answer:
    """One answer: what was going on, what was asked for, how long it took (seconds), what came (0: nothing)."""

    phase: str
    kind: str
    seconds: float
    status: int


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer; whoever follows it asks again."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


class Browser:
    """One person's cookies and requests."""

    def __init__(self, address: str) -> None:
        self.address, self.cookies = address, CookieJar()
        keeping = urllib.request.HTTPCookieProcessor(self.cookies)
        self.opener = urllib.request.build_opener(keeping, NoRedirect)

    def get(self, path: str) -> tuple[int, str]:
        """Ask for a page: status and text."""
        status, text, _target = self._asked(path)
        return status, text

    def post(self, path: str, sent: dict[str, str]) -> tuple[int, str]:
        """Send a form: status, and where it leads."""
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": self._token(), **sent}).encode()
        status, _text, target = self._asked(path, body)
        return status, target

    def upload(self, path: str, sent: dict[str, str], file: Path) -> tuple[int, str]:
        """Send a form with a file: status, and where it leads."""
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {"csrfmiddlewaretoken": self._token(), **sent}.items()
        ]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
        body = "".join([*parts, head]).encode() + file.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()
        status, _text, target = self._asked(path, body, f"multipart/form-data; boundary={BOUNDARY}")
        return status, target

    def log_in(self, username: str, password: str) -> None:
        """Log in on the page everybody uses."""
        self.get("/accounts/login/")
        status, _target = self.post("/accounts/login/", {"login": username, "password": password})
        assert status == 302, f"{username}: {status}"

    def _token(self) -> str:
        return next((one.value or "" for one in self.cookies if one.name == "csrftoken"), "")

    def _asked(self, path: str, body: bytes | None = None, kind: str = FORM) -> tuple[int, str, str]:
        # The address is that of a server that we have started ourselves.
        request = urllib.request.Request(f"{self.address}{path}", body)  # noqa: S310
        if body is not None:
            request.add_header("Content-Type", kind)
        try:
            with self.opener.open(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode(), ""
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers.get("Location", "")


@dataclass
class Visits:
    """What all visitors were answered; `phase` is set by whoever knows what is going on."""

    phase: str = ""
    answers: list[Answer] = field(default_factory=list)

    def ask(self, kind: str, request: Callable[[], int]) -> None:
        """Time one request; it belongs to the phase in which it was asked."""
        phase, begun = self.phase, time.perf_counter()
        try:
            status = request()
        except OSError:
            status = 0
        self.answers.append(Answer(phase, kind, time.perf_counter() - begun, status))


@contextmanager
def visiting(visits: Visits, people: Sequence[dict[str, Callable[[], int]]]) -> Iterator[None]:
    """Let each person ask for their pages in turn, over and over, until the block ends."""
    over = threading.Event()

    def walk(pages: dict[str, Callable[[], int]]) -> None:
        while not over.is_set():
            for kind, request in pages.items():
                visits.ask(kind, request)
                over.wait(PAUSE_SECONDS)

    threads = [threading.Thread(target=walk, args=(pages,)) for pages in people]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def show_visits(visits: Visits, phase: str) -> None:
    """Print how long each kind of request took in a phase, in milliseconds."""
    found = [one for one in visits.answers if one.phase == phase]
    kinds = list(dict.fromkeys(one.kind for one in found))
    print(f"  {phase:44} {'requests':>9} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8} {'not 2xx or 3xx':>15}")
    for kind in [*kinds, "all"] if found else ():
        ours = [one for one in found if kind in {one.kind, "all"}]
        times = 1000 * np.array([one.seconds for one in ours])
        bad = sum(not 200 <= one.status < 400 for one in ours)
        middle, high = np.percentile(times, [50, 95])
        print(f"    {kind:42} {len(ours):9} {middle:8.0f} {high:8.0f} {times.max():8.0f} {bad:15}")


def writer_in(text: str) -> str:
    """The token of a test's tab, out of its page."""
    found = re.search(r'name="writer" value="([0-9a-f]+)"', text)
    assert found, "the page of the test has no tab"
    return found[1]
