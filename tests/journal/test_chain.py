"""The journal: one entry per change, and a changed byte is found."""

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from journal.models import Entry
from journal.record import NotInTransaction, record
from journal.verify import problems

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanna() -> User:
    return User.objects.create(username="hanna")


def write(hanna: User, now: datetime, count: int) -> None:
    for number in range(count):
        with transaction.atomic():
            record(actor=hanna, verb="tested", subject=hanna, at=now, detail={"number": number, "имя": "да"})


def test_entries_continue_each_other(hanna: User, now: datetime) -> None:
    write(hanna, now, 3)
    first, second, third = Entry.objects.order_by("sequence")
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
    assert list(problems()) == []


@pytest.mark.parametrize(
    ("column", "value"), [("verb", "'changed'"), ("detail", "'{\"number\":9}'"), ("actor", "'user:0'"), ("hash", "'x'")]
)
def test_a_changed_byte_is_found(hanna: User, now: datetime, column: str, value: str) -> None:
    write(hanna, now, 3)
    tamper(f"UPDATE journal_entry SET {column} = {value} WHERE sequence = 2")
    assert any("2" in sentence for sentence in problems())


def test_a_removed_entry_is_found(hanna: User, now: datetime) -> None:
    write(hanna, now, 3)
    tamper("DELETE FROM journal_entry WHERE sequence = 2")
    assert list(problems()) != []


def test_a_cut_tail_is_found_by_the_head(hanna: User, now: datetime) -> None:
    write(hanna, now, 3)
    tamper("DELETE FROM journal_entry WHERE sequence = 3")
    assert list(problems()) == ["The journal ends at entry 2, its head says 3: the tail was cut."]


def test_a_chain_written_anew_is_found_by_a_head_noted_elsewhere(hanna: User, now: datetime) -> None:
    write(hanna, now, 2)
    newest = Entry.objects.get(sequence=2)
    call_command("verify_journal", head=f"2:{newest.hash}")
    with pytest.raises(CommandError, match="cut or written anew"):
        call_command("verify_journal", head="2:" + "0" * 64)


def test_the_application_cannot_change_or_remove_an_entry(hanna: User, now: datetime) -> None:
    write(hanna, now, 1)
    for statement in ("UPDATE journal_entry SET verb = 'x'", "DELETE FROM journal_entry"):
        with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_an_entry_needs_the_transaction_of_its_change(hanna: User, now: datetime) -> None:
    with pytest.raises(NotInTransaction):
        record(actor=hanna, verb="tested", subject=hanna, at=now)
    write(hanna, now, 1)
    assert Entry.objects.count() == 1


def tamper(statement: str) -> None:
    """Change the table as somebody with the database's own rights could: with the guard taken off first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_append_only")
        else:
            cursor.execute("DROP TRIGGER journal_no_update")
            cursor.execute("DROP TRIGGER journal_no_delete")
        cursor.execute(statement)
