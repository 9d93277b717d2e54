"""Getting in: by token, by session; the language that is spoken; the page that describes it all."""

from io import StringIO

import pytest
import yaml
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from tests.cast import PASSWORD, Cast
from tests.selection.api.conftest import Caller, World, with_token
from tests.selection.api.test_rights import NAMES, RIGHTS, address


def test_a_token_opens_what_its_owner_may_enter(cast: Cast) -> None:
    hanna, greta = (with_token(Token.objects.create(user=user).key) for user in (cast.hanna, cast.greta))
    assert hanna.get(reverse("api:agents")).status_code == 200
    assert greta.get(reverse("api:agents")).status_code == 403


def test_a_token_needs_no_cookie_to_change_something(cast: Cast, world: World) -> None:
    client = with_token(Token.objects.create(user=cast.hanna).key)
    answer = client.post(reverse("api:rounds"), world.round_plan(), format="json")
    assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", "nonsense", "a b", "\xff"])
def test_a_wrong_token_opens_nothing(key: str, cast: Cast) -> None:
    answer = with_token(key).get(reverse("api:agents"))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_the_token_of_a_closed_login_opens_nothing(cast: Cast) -> None:
    client = with_token(Token.objects.create(user=cast.hanna).key)
    User.objects.filter(pk=cast.hanna.pk).update(is_active=False)
    assert client.get(reverse("api:agents")).status_code == 401


@pytest.mark.parametrize("name", [name for name, method in RIGHTS if method == "POST"])
def test_a_session_changes_nothing_without_its_csrf_token(name: str, world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.login(username="hanna", password=PASSWORD)
    answer = client.post(address(name, world), {}, content_type="application/json")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["errors"][0]["detail"]


def test_a_session_with_its_csrf_token_does(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.login(username="hanna", password=PASSWORD)
    client.cookies["csrftoken"] = token = "a" * 32
    headers = {"X-CSRFToken": token}
    answer = client.post(reverse("api:rounds"), world.round_plan(), content_type="application/json", headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize(("language", "sentence"), [("en", "This field is required."), ("ru", "Обязательное поле.")])
def test_errors_are_in_the_asked_language(language: str, sentence: str, world: World, api: Caller) -> None:
    headers = {"Accept-Language": language}
    answer = api(world.cast.marat).post(address("moves", world), {}, format="json", headers=headers)
    assert answer.json()["errors"] == [{"code": "required", "detail": sentence, "attr": "name"}]


def test_the_schema_is_valid_and_complete() -> None:
    written = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=written)
    paths = yaml.safe_load(written.getvalue())["paths"]
    assert len(paths) == len(NAMES) - 2  # the schema and its page are not part of what they describe


def test_the_schema_tells_of_the_refusals() -> None:
    written = StringIO()
    call_command("spectacular", stdout=written)
    move = yaml.safe_load(written.getvalue())["paths"]["/api/v1/candidates/{id}/moves/"]["post"]
    assert sorted(move["responses"]) == ["201", "400", "401", "403", "404", "409", "413", "415"]


def test_the_page_has_no_inline_script_or_style(world: World, api: Caller) -> None:
    page = api(world.cast.greta).get(reverse("api:docs"))
    html = page.content.decode()
    assert "<style" not in html
    assert "style=" not in html
    assert html.count("<script src=") == html.count("<script") == 2
    assert "http://" not in html
    assert "https://" not in html
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_script_of_the_page_points_at_the_schema(world: World, api: Caller) -> None:
    script = api(world.cast.greta).get(reverse("api:docs"), {"script": ""})
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert (
        reverse("api:schema").replace("/", "\\u002F") in script.content.decode()
        or "/api/v1/schema/" in script.content.decode()
    )


def test_a_stranger_is_sent_to_the_login(db: None, client: Client) -> None:
    answer = client.get(reverse("api:docs"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/api/v1/docs/")
