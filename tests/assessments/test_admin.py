"""The admin: the bank can be kept there, people's work can only be looked at."""

from collections.abc import Mapping

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from assessments.models import Grading, KnowledgeTest, Option, Question, Sitting, Submission
from journal.models import Entry

pytestmark = pytest.mark.django_db
ROWS = {"options-TOTAL_FORMS": "2", "options-INITIAL_FORMS": "0"}


@pytest.fixture
def root(client: Client) -> Client:
    """Somebody with every right that the admin gives."""
    client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))
    return client


def address(model: str, name: str, *args: object) -> str:
    return reverse(f"admin:assessments_{model}_{name}", args=args)


def question_form(right: tuple[bool, ...] = (True, False), **change: str) -> dict[str, str]:
    given = {"code": "Q-1", "version": "1", "kind": "single", "weight": "1", "text_en": "Which?", "is_active": "on"}
    given |= ROWS | {"options-TOTAL_FORMS": str(len(right))}
    for place, is_right in enumerate(right):
        given |= {f"options-{place}-position": str(place), f"options-{place}-text_en": f"option {place}"}
        given |= {f"options-{place}-is_right": "on"} if is_right else {}
    return given | change


def test_a_question_is_added_and_journaled(root: Client) -> None:
    assert root.post(address("question", "add"), question_form()).status_code == 302
    assert Question.objects.get().options.count() == 2
    assert list(Entry.objects.values_list("verb", flat=True)) == ["added_in_admin"]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (question_form((False, False)), "Mark the right option"),
        (question_form((True, True)), "Mark the right option"),
        (question_form((True,)), "at least two options"),
        (question_form(weight="0"), "assessments_question_weight"),
        (question_form(text_en=""), "assessments_question_has_text"),
    ],
)
def test_a_question_nobody_can_answer_is_not_taken(root: Client, form: Mapping[str, str], sentence: str) -> None:
    response = root.post(address("question", "add"), form)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert Question.objects.count() == Entry.objects.count() == 0


def test_several_right_options_where_several_are_meant(root: Client) -> None:
    assert root.post(address("question", "add"), question_form((True, True), kind="multi")).status_code == 302


def test_a_drawn_question_is_shown_and_can_only_be_retired(root: Client, sitting: Sitting) -> None:
    question = sitting.questions.all()[0].question
    key = question.options.get(is_right=True).pk
    change = address("question", "change", question.pk)
    assert 'name="text_en"' not in root.get(change).content.decode()
    forged = question_form((False, True), text_en="Another?") | {"is_active": ""}
    forged |= {"options-INITIAL_FORMS": "2", "options-0-id": str(key), "options-0-question": str(question.pk)}
    root.post(change, forged)
    question.refresh_from_db()
    assert (question.text_en, question.is_active) == (f"Question {question.code[-1]}?", False)
    assert Option.objects.get(question=question, is_right=True).pk == key
    assert root.post(address("question", "delete", question.pk), {"post": "yes"}).status_code == 403


def test_a_fresh_question_can_be_edited(root: Client, knowledge_test: KnowledgeTest) -> None:
    question = Question.objects.all()[0]
    assert 'name="text_en"' in root.get(address("question", "change", question.pk)).content.decode()
    assert root.post(address("question", "delete", question.pk), {"post": "yes"}).status_code == 302
    assert Entry.objects.get().verb == "removed_in_admin"


def test_what_people_worked_with_is_read_only(root: Client, sitting: Sitting, handed_in: Submission) -> None:
    used = {"knowledgetest": sitting.test, "testtask": handed_in.task, "rubric": handed_in.task.rubric}
    for model, row in used.items():
        page = root.get(address(model, "change", row.pk))
        assert (page.status_code, b'name="_save"' in page.content) == (200, False), model
        assert root.post(address(model, "change", row.pk), {}).status_code == 403, model


def test_work_is_looked_at_and_never_changed(root: Client, sitting: Sitting, assigned: list[Grading]) -> None:
    rows = {"sitting": sitting, "submission": assigned[0].submission, "grading": assigned[0]}
    for model, row in rows.items():
        assert root.get(address(model, "changelist")).status_code == 200
        assert root.get(address(model, "change", row.pk)).status_code == 200
        assert root.post(address(model, "change", row.pk), {}).status_code == 403
        assert root.get(address(model, "add")).status_code == 403
        assert root.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", ["question", "topic", "knowledgetest", "testtask", "rubric", "rubriccriterion"])
def test_every_list_and_form_opens(root: Client, task: object, knowledge_test: object, model: str) -> None:
    assert root.get(address(model, "changelist")).status_code == 200
    assert root.get(address(model, "add")).status_code == 200
