"""Blind grading: neither the schema nor a single byte of the desk leads from the work to its author."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.test.utils import isolate_apps
from django.urls import reverse

from assessments import grading, submissions
from assessments.models import Grading, Sitting, Submission
from scoring.models import Agent, Assignment, Employment, Team
from selection.models import Candidate, Invitation
from tests.assessments.conftest import TAB
from tests.cast import build_cast, build_round, nominate_agent

LANGUAGES = ("en", "ru")
ANSWER = "We hear you; ANSWER-IS-HERE and the crew is on its way."
HANDED_IN = datetime(2031, 5, 17, 3, 41, 59, tzinfo=UTC)
GRADED_AT = datetime(2032, 8, 20, 9, 0, tzinfo=UTC)
# Twelve tokens that are nowhere else: whatever of them reaches a grader has leaked.
TOKENS = {
    "first name": "Zvezdana",
    "last name": "Qvartirova",
    "login": "zq-login-77",
    "e-mail": "zq-mail@leak.example",
    "staff number": "STAFF-40417",
    "team": "Team Xylophone",
    "manager": "Wolfgang Sentinel",
    "hired": "2019-02-23",
    "submission": "SUBMISSIONCODE",
    "sitting": "SITTINGCODE",
    "time of work": "2031",
    "key": "918273645",
}


# The schema


def relations(model: type[models.Model]) -> Iterator[type[models.Model]]:
    """What a query can reach in one step, forward and in reverse."""
    for field in model._meta.get_fields():
        if field.is_relation and isinstance(field.related_model, type):
            yield field.related_model


def reached(start: type[models.Model]) -> set[type[models.Model]]:
    found, waiting = {start}, [start]
    while waiting:
        for other in relations(waiting.pop()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def offences(start: type[models.Model]) -> set[str]:
    barred = {"scoring", "selection"}
    return {model._meta.label for model in reached(start) if model._meta.app_label in barred}


@pytest.mark.parametrize("model", list(apps.get_app_config("assessments").get_models()), ids=lambda m: m.__name__)
def test_no_model_of_the_work_reaches_a_person_in_either_direction(model: type[models.Model]) -> None:
    assert offences(model) == set()


def test_logins_are_known_as_graders_only() -> None:
    user = apps.get_model(settings.AUTH_USER_MODEL)
    links = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("assessments").get_models()
        for field in model._meta.get_fields()
        if field.related_model is user
    }
    assert links == {"Grading.grader", "Submission.graders"}


@isolate_apps("assessments", "scoring")
def test_control_a_planted_link_is_found() -> None:
    class Planted(models.Model):
        agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")

        class Meta:
            app_label = "assessments"

        def __str__(self) -> str:
            return "planted"

    assert "scoring.Agent" in offences(Planted)


# The pages


@pytest.fixture
def blind(db: None, rng: random.Random) -> Grading:
    """Work of a candidate whose every trait is a token, on Greta's desk."""
    cast = build_cast()
    agent = cast.agents["ania"]
    User.objects.filter(pk=cast.ania.pk).update(
        username=TOKENS["login"],
        first_name=TOKENS["first name"],
        last_name=TOKENS["last name"],
        email=TOKENS["e-mail"],
    )
    Team.objects.filter(assignments__agent=agent).update(name=TOKENS["team"])
    Agent.objects.filter(pk=cast.agents["marat"].pk).update(full_name=TOKENS["manager"])
    Employment.objects.filter(agent=agent).update(hired_on=TOKENS["hired"])
    Agent.objects.filter(pk=agent.pk).update(
        full_name=f"{TOKENS['first name']} {TOKENS['last name']}",
        staff_number=TOKENS["staff number"],
        email=TOKENS["e-mail"],
    )
    opened = build_round(cast)
    candidate = nominate_agent(opened, agent, by=cast.hanna)
    work = Submission.objects.create(
        pk=int(TOKENS["key"]), code=TOKENS["submission"], task=opened.test_task, language="ru", prepared_at=HANDED_IN
    )
    sitting = Sitting.objects.create(code=TOKENS["sitting"], test=opened.knowledge_test, prepared_at=HANDED_IN)
    Invitation.objects.create(candidate=candidate, submission=work, sitting=sitting)
    submissions.start(submission=work, writer=TAB, at=HANDED_IN)
    submissions.hand_in(submission=work, writer=TAB, text=ANSWER, at=HANDED_IN)
    drawn = grading.assign(
        submission=work, graders=[cast.greta, cast.gleb], rng=rng, at=GRADED_AT - timedelta(hours=1), actor=None
    )
    return next(one for one in drawn if one.grader == cast.greta)


def crawl(client: Client, one: Grading) -> Iterator[Any]:
    """Everything a grader can do, well or badly."""
    page, index = reverse("desk:grading", args=[one.alias]), reverse("desk:index")
    wrong = {"level-tone": "9", "veto": "yes"}
    right = {"level-tone": "2", "level-facts": "3", "veto": "no", "reason": "", "comment": "Good."}
    yield client.get(index)
    yield client.get(page)
    yield client.post(reverse("desk:take_up", args=[one.alias]))
    yield client.get(page)
    yield client.post(page, wrong)
    yield client.post(reverse("desk:skip", args=[one.alias]), {"why": ""})
    yield client.get(reverse("desk:grading", args=["NOBO-DYIS"]))
    yield client.post(page, right)
    yield client.get(index)
    yield client.get(page)
    yield client.post(page, right)
    yield client.post(reverse("desk:skip", args=[one.alias]), {"why": "Too late."})


def bytes_of(response: Any) -> str:
    cookies = response.cookies.output()
    return f"{response.headers}\n{cookies}\n{response.content.decode()}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_byte_of_the_desk_tells_whose_work_it_is(blind: Grading, client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    with time_machine.travel(GRADED_AT, tick=False):
        client.force_login(blind.grader)
        seen = [bytes_of(response) for response in crawl(client, blind)]
    assert {name for name, token in TOKENS.items() for page in seen if token in page} == set()
    assert sum("ANSWER-IS-HERE" in page for page in seen) >= 4
    assert sum(blind.alias in page for page in seen) >= 6


@pytest.mark.django_db
def test_control_the_tokens_are_there_to_be_found(blind: Grading) -> None:
    candidate = Candidate.objects.get()
    agent, work, sitting = candidate.agent, candidate.invitation.submission, candidate.invitation.sitting
    assert work is not None
    assert sitting is not None
    seat = Assignment.objects.get(agent=agent)
    assert agent.user is not None
    assert seat.manager is not None
    known = [agent.full_name, agent.staff_number, agent.email, agent.user.username, seat.team.name]
    known += [seat.manager.full_name, str(Employment.objects.get(agent=agent).hired_on), work.code, str(work.pk)]
    known += [str(work.finished_at), sitting.code]
    assert {name for name, token in TOKENS.items() if not any(token in text for text in known)} == set()


def test_two_graders_know_one_answer_by_different_aliases(blind: Grading, client: Client) -> None:
    other = blind.submission.gradings.exclude(pk=blind.pk).get()
    assert other.alias != blind.alias
    client.force_login(other.grader)
    assert client.get(reverse("desk:grading", args=[blind.alias])).status_code == 404
