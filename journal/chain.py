"""Hashing of the journal: each entry's hash covers its content and the hash before it. Pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Link:
    """What is hashed of one entry: everything but its own hash. `at` is an ISO 8601 instant in UTC."""

    sequence: int
    at: str
    actor: str
    verb: str
    subject_kind: str
    subject_id: str
    detail: dict[str, Any]
    previous_hash: str


def canonical(link: Link) -> bytes:
    """The bytes that are hashed: JSON with sorted keys, no white space, UTF-8 (RFC 8785 for the types used here)."""
    return json.dumps(asdict(link), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link_hash(link: Link) -> str:
    """SHA-256 of the canonical bytes as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(link)).hexdigest()
