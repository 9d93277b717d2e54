"""The same document as JSON: for machines that do not write TOML. Same keys, same hash."""

import json
from typing import Any

from scoring.policy.document import Policy
from scoring.policy.problems import Findings, Path
from scoring.policy.reading import MOST_BYTES, from_dict, to_dict


def parse_json(text: str) -> Policy:
    """The policy that the JSON `text` describes.

    Raises PolicyRefused: what cannot be read with its line, what is wrong in it with the path of the key.
    """
    text = text.removeprefix("\ufeff")
    size = len(text.encode("utf-8", errors="surrogatepass"))
    if size > MOST_BYTES:
        _refuse("too_large", 1, size=size, most=MOST_BYTES)
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as fault:
        _refuse("broken_json", fault.lineno)
    except (ValueError, RecursionError):
        # A key that stands twice, a number with thousands of digits, or brackets without end.
        _refuse("broken_json", 1)
    if not isinstance(data, dict):
        _refuse("broken_json", 1)
    return from_dict(data)


def to_json(policy: Policy) -> str:
    """The policy as indented JSON; parse_json(to_json(p)) == p."""
    return json.dumps(to_dict(policy), ensure_ascii=False, indent=2) + "\n"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A key stands twice.")
    return found


def _refuse(code: str, line: int, **params: object) -> None:
    path: Path = ("text",)
    findings = Findings({path: line})
    findings.add(code, path, **params)
    findings.refuse_if_any()
