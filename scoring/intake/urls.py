"""Whether a link may be kept: only public web addresses, told from the text alone. Nothing is ever fetched here."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import unquote, urlsplit

from scoring.intake.refusals import Problem

LONGEST = 2000
_INNER_SUFFIXES = (
    ".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".corp", ".home", ".home.arpa",
    ".private", ".svc", ".cluster", ".consul", ".onion",
)  # fmt: skip
# Names that answer with the address written in them, or always with this machine.
_MIRRORS = ("nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "traefik.me")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NAT64 = IPv6Network("64:ff9b::/96")
_NUMBER_PART = re.compile(r"(?:0x[0-9a-f]*|\d+)")


def link(text: str) -> str | Problem:
    """Give the link back when it may be kept, else the Problem (unsafe_url, private_url, too_long)."""
    value = text.strip()
    if not value:
        return ""
    if len(value) > LONGEST:
        return Problem("too_long", {"length": len(value), "limit": LONGEST})
    if re.search(r"[\s\\<>\"`{}|^\x00-\x1f\x7f]", value):
        return Problem("unsafe_url")
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        return Problem("unsafe_url")
    if parts.scheme.lower() not in {"http", "https"} or not host or port == 0 or "@" in parts.netloc:
        return Problem("unsafe_url")
    return value if is_public(host) else Problem("private_url", {"host": host})


def is_public(host: str) -> bool:
    """Whether a host name or address lies in the public internet, as far as its text tells."""
    name = _ascii(unquote(host)).rstrip(".").lower()
    address = _address(name)
    if address is not None:
        return _is_public_address(address)
    labels = name.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        return False
    return not f".{name}".endswith(_INNER_SUFFIXES) and not _mirrors(name)


def _mirrors(name: str) -> bool:
    return any(name == mirror or name.endswith(f".{mirror}") for mirror in _MIRRORS)


def _ascii(host: str) -> str:
    """Fold look-alike digits and dots (fullwidth, circled) the way a browser would; keep IPv6 as it is."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _address(name: str) -> IPv4Address | IPv6Address | None:
    if ":" in name:
        try:
            return ip_address(name.split("%")[0])
        except ValueError:
            return IPv6Address(0)
    parts = name.split(".")
    if not all(_NUMBER_PART.fullmatch(part) for part in parts):
        return None
    return _loose_ipv4(parts)


def _loose_ipv4(parts: list[str]) -> IPv4Address:
    """Read 127.1, 0x7f.1, 017700000001 and 2130706433 as the C library's inet_aton does; nonsense is 0.0.0.0."""
    try:
        numbers = [_loose_number(part) for part in parts]
    except ValueError:
        return IPv4Address(0)
    if len(numbers) > 4 or any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return IPv4Address(0)
    return IPv4Address(sum(number << (24 - 8 * place) for place, number in enumerate(numbers[:-1])) + numbers[-1])


def _loose_number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") and part != "0" else int(part)


def _is_public_address(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if int(address) < 1 << 32:
            return False
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public_address(inner)
    return address.is_global and not address.is_multicast
