"""Reads everything that a browser was sent: addresses, headers, sources, titles. What is searched for must be in none.

Playwright must not be asked for bodies inside its own events, so a test calls `read` after every act of the person.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page, Response

# These are the same for everybody; the browser asks for an icon when it likes, also after the page has gone.
SAME_FOR_ALL = ("/static/", "/favicon.ico")


@dataclass
class Witness:
    """What one person's browser has seen so far."""

    seen: list[str] = field(default_factory=list)
    waiting: list[Response] = field(default_factory=list)

    @classmethod
    def of(cls, context: BrowserContext) -> "Witness":
        """Listen to a browser from now on."""
        witness = cls()
        context.on("response", lambda response: witness.waiting.append(response))
        return witness

    def read(self, page: Page) -> None:
        """Keep what came since the last time, and the page as it stands after its scripts."""
        self.seen.extend(_told(one) for one in self.waiting if not any(part in one.url for part in SAME_FOR_ALL))
        self.waiting.clear()
        self.seen.append("\n".join((page.url, page.title(), page.content())))

    def found(self, tokens: Mapping[str, str]) -> set[str]:
        """The names of the tokens that stand anywhere in it, as whole words, in capitals or not."""
        everything = "\n".join(self.seen)
        return {
            name for name, token in tokens.items() if re.search(rf"(?i)(?<!\w){re.escape(token)}(?!\w)", everything)
        }


def _told(response: Response) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in response.all_headers().items())
    has_body = not 300 <= response.status < 400
    return "\n".join((response.url, headers, response.text() if has_body else ""))
