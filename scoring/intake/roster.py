"""Who is known already, as far as checking a file needs it; filled from the database by the loader."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

STAFF_NUMBER = 60

# Letters of the two alphabets that look the same: a staff number typed on the wrong keyboard layout.
_LOOKALIKES = str.maketrans("АВЕКМНОРСТУХавекмнорстух", "ABEKMHOPCTYXabekmhopctyx")


@dataclass(frozen=True, slots=True)
class Person:
    """One agent of the roster; `manager` is a staff number, '' for none."""

    id: int
    staff_number: str
    full_name: str = ""
    email: str = ""
    hired_on: date | None = None
    left_on: date | None = None
    manager: str = ""


@dataclass(slots=True)
class Roster:
    """Agents by staff number; `matches` are names that HR has matched to a staff number ('' leaves such rows out)."""

    people: dict[str, Person] = field(default_factory=dict)
    matches: dict[str, str] = field(default_factory=dict)
    creates: bool = False
    """Whether names nobody knows become new agents: they get negative identifiers, see `created`."""
    created: dict[str, Person] = field(default_factory=dict)
    _emails: dict[str, Person] = field(default_factory=dict)
    _names: dict[str, list[Person]] = field(default_factory=dict)
    _folded: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[Person], matches: dict[str, str] | None = None) -> "Roster":
        """Build the roster with its indexes."""
        roster = cls(matches=matches or {})
        for person in people:
            roster.add(person)
        return roster

    def add(self, person: Person) -> None:
        """Make one more agent known."""
        self.people[person.staff_number] = person
        self._folded[folded(person.staff_number)] = person.staff_number
        if person.email:
            self._emails[person.email.lower()] = person
        self._names.setdefault(folded_name(person.full_name), []).append(person)

    def by_email(self, email: str) -> Person | None:
        """Find by e-mail, whatever its case."""
        return self._emails.get(email.lower())

    def by_name(self, name: str) -> Person | None:
        """Find by full name when exactly one agent has it."""
        found = self.named(name)
        return found[0] if len(found) == 1 else None

    def named(self, name: str) -> list[Person]:
        """Find all who have this full name."""
        return self._names.get(folded_name(name), [])

    def find(self, reference: str, how: str) -> tuple[Person | None, str]:
        """Find whom a file means: (the agent or None, how it was referred to).

        `how` is staff_number, email, name, name_email ('Ann Lee (ann@example.com)') or auto.
        """
        if reference in self.matches:
            return self.people.get(self.matches[reference]), "match"
        person, by = self._known(reference, how)
        if person is None and self.creates and reference:
            return self._create(reference, how), by
        return person, by

    def knows(self, reference: str, how: str) -> bool:
        """Whether this reference leads to somebody, or was decided on the waiting list; nobody is created."""
        return reference in self.matches or self._known(reference, how)[0] is not None

    def _create(self, reference: str, how: str) -> Person:
        if reference not in self.created:
            name, email = reference, reference if how == "email" else ""
            if how == "name_email" and reference.endswith(")") and " (" in reference:
                name, _, rest = reference.rpartition(" (")
                email = rest.removesuffix(")")
            number = (email or name)[:STAFF_NUMBER]
            self.created[reference] = Person(-1 - len(self.created), number, name, email)
        return self.created[reference]

    def _known(self, reference: str, how: str) -> tuple[Person | None, str]:
        if how == "name_email":
            return self._by_name_email(reference)
        if how == "email" or (how == "auto" and "@" in reference):
            return self.by_email(reference), "email"
        if how == "name":
            return self.by_name(reference), "name"
        return self.people.get(reference), "staff_number"

    def _by_name_email(self, reference: str) -> tuple[Person | None, str]:
        name, _, rest = reference.rpartition(" (")
        email = rest.removesuffix(")")
        if "@" in email:
            person, named = self.by_email(email), self.by_name(name)
            # The address of one agent under the full name of another: nobody knows who is meant.
            return (None if named and person and named is not person else person), "email"
        return self.by_name(name or reference), "name"

    def similar(self, reference: str) -> str:
        """Name the staff number that was probably meant: same letters in another case, alphabet or spacing."""
        return self._folded.get(folded(reference), "")


def folded(text: str) -> str:
    """Fold look-alike letters, case, spaces and hyphens for a hint; never for a match."""
    return "".join(char for char in looked_alike(text) if char.isalnum())


def looked_alike(text: str) -> str:
    """Fold look-alike letters and case: what a person cannot tell apart on the page."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)).upper()


def folded_name(name: str) -> str:
    """Fold case, ё and spaces of a personal name."""
    return " ".join(name.casefold().replace("ё", "е").split())
