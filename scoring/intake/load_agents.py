"""The roster: read for checking files, and changed by files about agents, always with a date."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from scoring.intake.records import Chunk
from scoring.intake.roster import Person, Roster
from scoring.models import Agent, Assignment, Employment, Team, WaitingRow

_NEVER: tuple[date | None, date | None] = (None, None)


def stored_roster(*, creates: bool = False) -> Roster:
    """Read who is known: staff numbers, names, e-mails, employment and the present managers."""
    employed: dict[int, tuple[date, date | None]] = {
        agent: (hired, left)
        for agent, hired, left in Employment.objects.order_by("hired_on").values_list("agent_id", "hired_on", "left_on")
    }
    managers = dict(
        Assignment.objects.filter(ends_on=None).exclude(manager=None).values_list("agent_id", "manager__staff_number")
    )
    rows = Agent.objects.order_by("pk").values_list("pk", "staff_number", "full_name", "email")
    people = [
        Person(pk, number, name, email, *employed.get(pk, _NEVER), manager=managers.get(pk, ""))
        for pk, number, name, email in rows
    ]
    roster = Roster.of(people, decided_names({person.id: person.staff_number for person in people}))
    roster.creates = creates
    return roster


def decided_names(numbers: dict[int, str]) -> dict[str, str]:
    """Names that HR has decided about on the waiting list, with their staff numbers; '' for those left out."""
    decided = WaitingRow.objects.filter(resolution__in=("matched", "created", "ignored")).order_by("reference")
    rows = decided.values_list("reference", "payload__agent").distinct()
    return {reference: numbers.get(agent, "") if agent else "" for reference, agent in rows}


def create_named(people: Iterable[Person], *, at: datetime) -> dict[int, int]:
    """Create agents that a file of evidence names; return their identifiers by the negative ones they had so far."""
    made = {}
    for person in people:
        agent, _new = Agent.objects.get_or_create(
            staff_number=person.staff_number,
            defaults={"full_name": person.full_name[:200], "email": person.email, "created_at": at},
        )
        made[person.id] = agent.pk
    return made


class AgentLoad:
    """Writes the accepted rows of one agents file inside the caller's transaction."""

    def __init__(self, at: datetime) -> None:
        self.at, self.today = at, timezone.localdate(at)
        self.teams = dict(Team.objects.values_list("name", "pk"))
        self.known = {agent.staff_number: agent for agent in Agent.objects.all()}
        self.periods = {one.agent_id: one for one in Employment.objects.order_by("hired_on")}
        self.places = {one.agent_id: one for one in Assignment.objects.filter(ends_on=None)}
        self.added = self.changed = 0

    def take(self, chunk: Chunk) -> None:
        """Create and change agents; rows that say nothing new change nothing."""
        rows = [dict(zip(chunk.columns, values, strict=True)) for values in zip(*chunk.columns.values(), strict=True)]
        new = {row["staff_number"] for row in rows if row["staff_number"] not in self.known}
        for row in rows:
            self._agent(row)
        for row in rows:
            is_new = row["staff_number"] in new
            touched = self._employment(row) | self._assignment(row) | self._facts(row)
            self.added += is_new
            self.changed += touched and not is_new

    def _agent(self, row: dict[str, Any]) -> None:
        if row["staff_number"] not in self.known:
            self.known[row["staff_number"]] = Agent.objects.create(
                staff_number=row["staff_number"],
                full_name=row["full_name"],
                email=row["email"],
                created_at=self.at,
            )

    def _facts(self, row: dict[str, Any]) -> bool:
        agent = self.known[row["staff_number"]]
        # A file without an e-mail does not take one away.
        email = row["email"] or agent.email
        if (agent.full_name, agent.email) == (row["full_name"], email):
            return False
        agent.full_name, agent.email = row["full_name"], email
        agent.save(update_fields=["full_name", "email"])
        return True

    def _employment(self, row: dict[str, Any]) -> bool:
        agent = self.known[row["staff_number"]]
        last = self.periods.get(agent.pk)
        if last is None:
            Employment.objects.create(agent=agent, hired_on=row["hired_on"], left_on=row["left_on"])
            return True
        if last.left_on == row["left_on"]:
            return False
        last.left_on = row["left_on"]
        last.save(update_fields=["left_on"])
        return True

    def _assignment(self, row: dict[str, Any]) -> bool:
        agent = self.known[row["staff_number"]]
        manager = self.known.get(row["manager"])
        place = {
            "team_id": self._team(row["team"]),
            "manager_id": manager.pk if manager else None,
            "position": row["position"],
        }
        current = self.places.get(agent.pk)
        if current is None:
            Assignment.objects.create(agent=agent, starts_on=row["hired_on"], **place)
            return True
        place["position"] = row["position"] or current.position
        if (current.team_id, current.manager_id, current.position) == tuple(place.values()):
            return False
        self._replace(agent, current, place)
        return True

    def _replace(self, agent: Agent, current: Assignment, place: dict[str, Any]) -> None:
        """Yesterday's assignment stays on record; one that only began today is corrected in place."""
        if current.starts_on >= self.today:
            for name, value in place.items():
                setattr(current, name, value)
            current.save(update_fields=["team", "manager", "position"])
            return
        current.ends_on = self.today - timedelta(days=1)
        current.save(update_fields=["ends_on"])
        Assignment.objects.create(agent=agent, starts_on=self.today, **place)

    def _team(self, name: str) -> int:
        if name not in self.teams:
            self.teams[name] = Team.objects.create(name=name).pk
        return self.teams[name]
