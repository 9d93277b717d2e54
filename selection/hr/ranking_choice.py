"""What HR chose on the ranking page, read from the address and written into links. Knows no request."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

SORTS: dict[str, tuple[str, ...]] = {
    "rank": ("rank", "id"),
    "-rank": ("-rank", "-id"),
    "score": ("-score", "rank", "id"),
    "-score": ("score", "-rank", "-id"),
    "name": ("agent__full_name", "agent__staff_number"),
    "-name": ("-agent__full_name", "-agent__staff_number"),
    "ratings": ("-ratings", "rank", "id"),
    "-ratings": ("ratings", "rank", "id"),
}
LONGEST_SEARCH = 80


@dataclass(frozen=True, kw_only=True)
class RankingChoice:
    """Filters, order and place on the ranking page.

    `gate` is "met:<criterion>" or "open:<criterion>"; `sort` is a key of SORTS, with a minus for the other direction;
    `score` is the row whose explanation stands beside the list; `run` is 0 for the newest run.
    """

    run: int = 0
    verdict: str = ""
    team: str = ""
    gate: str = ""
    search: str = ""
    sort: str = "rank"
    page: int = 1
    score: int = 0

    @classmethod
    def from_address(cls, query: Mapping[str, str]) -> "RankingChoice":
        """Read what an address asks for; what makes no sense there counts as not asked for."""
        sort = query.get("sort", "rank")
        return cls(
            run=whole(query.get("run", ""), 0),
            verdict=query.get("verdict", ""),
            team=query.get("team", ""),
            gate=query.get("gate", ""),
            search=" ".join(query.get("search", "").replace("\0", "").split())[:LONGEST_SEARCH],
            sort=sort if sort in SORTS else "rank",
            page=whole(query.get("page", ""), 1),
            score=whole(query.get("score", ""), 0),
        )

    def address(self, **changes: Any) -> str:
        """The query string of this choice with some changes; a changed filter or order starts at the first page."""
        moved = {} if changes.keys() <= {"page", "score"} else {"page": 1, "score": 0}
        other = replace(self, **(moved | changes))
        asked = {f.name: getattr(other, f.name) for f in fields(other) if getattr(other, f.name) != f.default}
        return f"?{urlencode(asked)}"

    def sorted_by(self, column: str) -> str:
        """The address that sorts by a column, and turns the order round if it is sorted so already."""
        return self.address(sort=f"-{column}" if self.sort == column else column)

    def direction_of(self, column: str) -> str:
        """What `aria-sort` says of a column: its own direction, or nothing. Rank and name begin with the first."""
        if self.sort.removeprefix("-") != column:
            return ""
        rises = (column in {"rank", "name"}) != self.sort.startswith("-")
        return "ascending" if rises else "descending"

    @property
    def is_narrowed(self) -> bool:
        """Tell whether any filter hides somebody."""
        return bool(self.verdict or self.team or self.gate or self.search)


def whole(text: str, otherwise: int = 0) -> int:
    """A whole number from an address or a form; anything else counts as not said."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
