"""The people of the demo and their logins."""

from dataclasses import dataclass

from django.contrib.auth.models import Group, User

from fixtures import cast
from scoring.models import Agent
from selection.groups import ensure_groups
from selection.stages import Role

PASSWORD = "rostrum-demo"  # noqa: S105  # printed on the screen; the demo serves on this machine only


@dataclass(frozen=True, kw_only=True)
class Login:
    """One demo login: who it is, what for, and the agent behind it if there is one."""

    username: str
    first_name: str
    last_name: str
    role: Role
    staff_number: str = ""


LOGINS = (
    Login(username="hanna", first_name="Ханна", last_name="Вайс", role=Role.HR),
    Login(username="pavel", first_name="Павел", last_name="Громов", role=Role.HR),
    Login(username="ania", first_name="Аня", last_name="Соколова", role=Role.CANDIDATE, staff_number=cast.ANIA),
    Login(username="boris", first_name="Борис", last_name="Ветров", role=Role.CANDIDATE, staff_number=cast.BORIS),
    Login(username="greta", first_name="Грета", last_name="Линд", role=Role.GRADER),
    Login(username="gleb", first_name="Глеб", last_name="Орлов", role=Role.GRADER),
    Login(username="galina", first_name="Галина", last_name="Риттер", role=Role.GRADER),
    Login(username="marat", first_name="Марат", last_name="Хасанов", role=Role.LINE_MANAGER, staff_number=cast.MARAT),
    Login(
        username="viktoria",
        first_name="Виктория",
        last_name="Лебедева",
        role=Role.HEAD,
        staff_number=cast.HEAD_OF_PUBLIC,
    ),
    Login(username="ada", first_name="Ада", last_name="Зорина", role=Role.AUDITOR),
)
SHOWN = ("hanna", "ania", "greta", "marat", "viktoria", "ada")


def create_logins() -> dict[str, User]:
    """Make the logins with their groups; safe to call again."""
    ensure_groups()
    return {login.username: _create(login) for login in LOGINS}


def _create(login: Login) -> User:
    user, created = User.objects.get_or_create(
        username=login.username,
        defaults={
            "first_name": login.first_name,
            "last_name": login.last_name,
            "email": f"{login.username}@{cast.DOMAIN}",
            "is_staff": login.role in {Role.LINE_MANAGER, Role.HEAD, Role.HR, Role.AUDITOR},
        },
    )
    if created:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    if login.role is not Role.CANDIDATE:
        user.groups.add(Group.objects.get(name=login.role.value))
    return user


def link_agents(users: dict[str, User]) -> None:
    """Tie logins to the agents of the roster, once the roster is there; every line manager gets a login too."""
    for login in LOGINS:
        if login.staff_number:
            Agent.objects.filter(staff_number=login.staff_number).update(user=users[login.username])
    managers = Group.objects.get(name=Role.LINE_MANAGER.value)
    for agent in Agent.objects.filter(reports__isnull=False, user=None).distinct():
        user, _created = User.objects.get_or_create(
            username=agent.staff_number.lower(),
            defaults={"first_name": agent.full_name.split()[0], "is_staff": True, "email": agent.email},
        )
        user.groups.add(managers)
        Agent.objects.filter(pk=agent.pk).update(user=user)


def user_of(agent: Agent) -> User:
    """The login of an agent, made on the spot for those who have none."""
    if agent.user is None:
        agent.user = User.objects.create(
            username=agent.staff_number.lower(), first_name=agent.full_name.split()[0], email=agent.email
        )
        agent.user.set_unusable_password()
        agent.user.save(update_fields=["password"])
        agent.save(update_fields=["user"])
    return agent.user
