"""Evidence pushed by machines: written down as a file and imported like any other, once per key."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from scoring.batch_tasks import flag_evidence
from scoring.intake import Choices
from scoring.intake.load import import_file
from scoring.intake.load_lease import Busy
from scoring.intake.load_report import Report
from scoring.intake.meanings import MEANINGS, Meaning
from selection.models import Push
from selection.refusals import Kind, Refused
from selection.rounds import require_hr

# A push that was killed is taken up again after this long; importing a record twice changes nothing.
LEASE = timedelta(minutes=10)
# Who waits holds a process of the web server: a short import is waited for, a long one is not.
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Records of one kind (ratings, viral), fields named as in `field_names`; `instrument` is the survey of ratings."""

    kind: str
    records: list[dict[str, Any]]
    instrument: str = ""
    create_agents: bool = False

    @property
    def as_bytes(self) -> bytes:
        """The records as the file that is kept and imported."""
        return json.dumps(self.records, ensure_ascii=False).encode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all that was sent."""
        options = json.dumps([self.kind, self.instrument, self.create_agents]).encode()
        return hashlib.sha256(options + self.as_bytes).hexdigest()

    @property
    def choices(self) -> Choices:
        """Nothing is guessed: fields are what they are called, agents staff numbers, empty ratings unanswered."""
        known = field_names(self.kind)
        sent = dict.fromkeys(name for record in self.records for name in record)
        return Choices(
            columns={name: known[name].name for name in sent},
            instrument=self.instrument,
            agent_by="staff_number",
            empty_rating="not_answered",
        )


def field_names(kind: str) -> dict[str, Meaning]:
    """The fields of a pushed record: the headings that a plain file would have, so that both speak one language."""
    return {meaning.aliases[0]: meaning for meaning in MEANINGS[kind]}


def push(*, evidence: Evidence, actor: User, at: datetime) -> dict[str, Any]:
    """Import pushed records and give the report of `import_evidence --json`. Known records change nothing.

    Raises Busy when another import is not over soon.
    """
    require_hr(actor)
    folder = Path(settings.EVIDENCE_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.json"
    path.write_bytes(evidence.as_bytes)
    try:
        report = _imported(path, evidence, actor, at)
    except Busy:
        path.unlink()
        raise
    if report.may_load and report.batch:
        flag_evidence.enqueue(report.batch)
    return report.to_json()


def _imported(path: Path, evidence: Evidence, actor: User, at: datetime) -> Report:
    return import_file(
        path,
        kind=evidence.kind,
        as_of=at,
        at=at,
        choices=evidence.choices,
        create_agents=evidence.create_agents,
        actor=actor,
        file_name=f"api-{evidence.kind}.json",
        patience=PATIENCE_SECONDS,
    )


def push_once(*, evidence: Evidence, key: str, actor: User, at: datetime) -> tuple[dict[str, Any], bool]:
    """Push under a key; the same key again gets the first answer. Gives the report, and whether it is a repetition.

    Raises Refused while the first request is under way, and when the key was used for something else.
    """
    require_hr(actor)
    claimed = _claim(evidence, key, actor, at)
    if claimed.answer is not None:
        return claimed.answer, True
    try:
        claimed.answer = push(evidence=evidence, actor=actor, at=at)
        claimed.save(update_fields=["answer"])
    finally:
        if claimed.answer is None:
            claimed.delete()
    return claimed.answer, False


def _claim(evidence: Evidence, key: str, actor: User, at: datetime) -> Push:
    with transaction.atomic():
        found, is_new = Push.objects.select_for_update().get_or_create(
            actor=actor, key=key, defaults={"fingerprint": evidence.fingerprint, "begun_at": at}
        )
        if not is_new:
            _check_repetition(found, evidence, at)
        if found.answer is None:
            found.begun_at = at
            found.save(update_fields=["begun_at"])
    return found


def _check_repetition(found: Push, evidence: Evidence, at: datetime) -> None:
    if found.fingerprint != evidence.fingerprint:
        raise Refused(
            Kind.NOT_NOW,
            _("The key “%(key)s” was used for other records. Choose a new key for new records.") % {"key": found.key},
        )
    if found.answer is None and at - found.begun_at < LEASE:
        raise Refused(Kind.NOT_NOW, _("The first request with this key is still under way. Ask again in a minute."))
