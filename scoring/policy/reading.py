"""From a text (or the plain data of a form or an API) to a policy, or to every reason why not."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from scoring.policy.document import Criterion, EvidenceRules, Policy, Text, VerdictBounds, arranged
from scoring.policy.lines import deepest, first_broken, lines_of
from scoring.policy.problems import Findings, Path
from scoring.policy.sense import check_sense
from scoring.policy.sentences import REASONS
from scoring.policy.shape import Values, shaped

MOST_BYTES = 65_536
MOST_DEPTH = 8

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_CURLY = re.compile("[“”„«»‘’]")
_COMMA = re.compile(r"=\s*(\d+),(\d+)\s*(?:#.*)?$")


def parse(text: str) -> Policy:
    """The policy that the TOML `text` describes.

    Raises PolicyRefused with every fault found, each with its line and a remedy. Faults of the keys are reported
    before faults across keys are looked for.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    _refuse_size(text)
    tree = _toml(text)
    return _policy(tree, Findings(lines_of(text)))


def from_dict(data: Mapping[str, Any]) -> Policy:
    """The policy that plain data (of `to_dict`, a form, or JSON) describes.

    Raises PolicyRefused as `parse` does; its problems have no line, but the path of the key.
    """
    return _policy(data, Findings())


def to_dict(policy: Policy) -> dict[str, Any]:
    """The policy as plain data with the keys of the document, fit for JSON; from_dict(to_dict(p)) == p."""
    return {
        "format": policy.format,
        "name": policy.name,
        "title": _both(policy.title),
        "purpose": _both(policy.purpose),
        "places": policy.places,
        "order": str(policy.order),
        "approvals": [str(one) for one in policy.approvals],
        "evidence": {
            "window_months": policy.evidence.window_months,
            "half_life_days": policy.evidence.half_life_days,
            "leave_counts_in_tenure": policy.evidence.leave_counts_in_tenure,
        },
        "verdict": {
            "clear": plain(policy.verdict.clear),
            "borderline": plain(policy.verdict.borderline),
            "reliability": plain(policy.verdict.reliability),
        },
        "certificate": {"valid_months": policy.certificate_months},
        "outcome": {"review_after_months": policy.review_after_months},
        "criteria": [criterion_dict(one) for one in policy.criteria],
    }


def criterion_dict(one: Criterion) -> dict[str, Any]:
    """One criterion as plain data; keys that its role does not have are left out."""
    data: dict[str, Any] = {
        "criterion": str(one.criterion),
        "role": str(one.role),
        "group": one.group,
        "cut": None if one.cut is None else plain(one.cut),
        "unit": None if one.unit is None else str(one.unit),
        "cut_why": None if one.cut_why is None else _both(one.cut_why),
        "weight": None if one.weight is None else plain(one.weight),
        "effect": None if one.effect is None else str(one.effect),
        "why": _both(one.why),
        "requirement": str(one.requirement),
        "quality": str(one.quality),
        "evidence_needed": one.evidence_needed,
        "when_missing": str(one.when_missing),
    }
    return {key: value for key, value in data.items() if value is not None}


def plain(number: float) -> int | float:
    """6.0 and 6 are one number and are written one way."""
    return int(number) if number == int(number) else number


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "ru": text.ru}


def _policy(tree: Mapping[str, Any], findings: Findings) -> Policy:
    values = shaped(tree, findings)
    findings.refuse_if_any()
    criteria = [_criterion(block) for block in values["criteria"]]
    check_sense(criteria, values["order"], findings)
    findings.refuse_if_any()
    return _built(values, criteria)


def _criterion(block: Values) -> Criterion:
    return Criterion(**block)


def _built(values: Values, criteria: list[Criterion]) -> Policy:
    return Policy(
        format=values["format"],
        name=values["name"],
        title=values["title"],
        purpose=values["purpose"],
        places=values["places"],
        order=values["order"],
        approvals=values["approvals"],
        evidence=EvidenceRules(**values["evidence"]),
        verdict=VerdictBounds(**values["verdict"]),
        certificate_months=values["certificate"]["valid_months"],
        review_after_months=values["outcome"]["review_after_months"],
        criteria=arranged(criteria),
    )


def _refuse_size(text: str) -> None:
    """Refused before any reader sees it: what is empty, too large, or nested to exhaust the reader."""
    findings = Findings({(): 1})
    size = len(text.encode("utf-8", errors="surrogatepass"))
    if size > MOST_BYTES:
        findings.add("too_large", (), size=size, most=MOST_BYTES)
    elif not re.sub(r"#.*", "", text).strip():
        findings.add("empty_document", ())
    else:
        _refuse_depth(text)
    findings.refuse_if_any()


def _refuse_depth(text: str) -> None:
    depth, line = deepest(text)
    path: Path = ("text",)
    findings = Findings({path: line})
    if depth > MOST_DEPTH:
        findings.add("too_deep", path, most=MOST_DEPTH)
    findings.refuse_if_any()


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as fault:
        # A subclass for broken TOML, and a plain ValueError for a number with thousands of digits.
        reason = str(fault)
    line = _broken_line(reason, text)
    path: Path = ("text",)
    findings = Findings({path: line})
    _add_broken(_PLACE.sub("", reason), text.split("\n")[line - 1], path, findings)
    findings.refuse_if_any()
    return {}


def _broken_line(reason: str, text: str) -> int:
    place = _PLACE.search(reason)
    if place is None:
        return first_broken(text)
    return int(place[1]) if place[1] else len(text.rstrip("\n").split("\n"))


def _add_broken(reason: str, line: str, path: Path, findings: Findings) -> None:
    """The commonest slips of a person who edits by hand have sentences of their own."""
    comma = _COMMA.search(line)
    if reason.startswith("Cannot "):
        findings.add("duplicate_key", path)
    elif comma:
        findings.add("decimal_comma", path, value=f"{comma[1]},{comma[2]}", remedy=f"{comma[1]}.{comma[2]}")
    elif _CURLY.search(line.partition("=")[2][:3]):
        findings.add("typographic_quotes", path)
    else:
        findings.add("broken_toml", path, reason=next(known for known in REASONS if reason.startswith(known)))
