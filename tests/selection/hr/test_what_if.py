"""The page of what-ifs: sliders, the list under them, and the trace that the auditor reads."""

import pytest
from django.test import Client
from django.urls import reverse

from scoring.models import ScoreRun
from selection.models import Round, WhatIf
from tests.cast import NOW, Cast
from tests.scoring import worlds
from tests.selection.hr.conftest import logged_in
from tests.selection.hr.scored import policy_of, run_of, stairs

HTMX = {"HX-Request": "true", "HX-Target": "what-if"}


@pytest.fixture
def run(cast: Cast) -> ScoreRun:
    stairs()
    return run_of(policy_of(service=6))


def begin(client: Client, run: ScoreRun) -> str:
    return client.get(reverse("hr:what_if", args=[run.policy_version_id])).content.decode()


def test_the_page_shows_the_sliders_and_the_list_as_it_stands(hanna: Client, run: ScoreRun) -> None:
    page = begin(hanna, run)
    assert page.count('type="range"') == 3
    assert 'name="tenure.gate" min="1" max="60" step="1" value="6"' in page
    assert page.index("Agent A-0") < page.index("Agent A-1")
    assert not WhatIf.objects.exists()


def test_a_slider_let_go_redraws_the_list_only(hanna: Client, run: ScoreRun) -> None:
    sent = {"tenure.gate": "12", "customer_rating.weight": "60", "efficiency.weight": "40"}
    answer = hanna.post(reverse("hr:try_what_if", args=[run.pk]), sent, headers=HTMX)
    kept, page = WhatIf.objects.get(), answer.content.decode()
    assert answer["HX-Push-Url"] == reverse("hr:seen_what_if", args=[kept.pk])
    assert "<html" not in page
    assert "Length of service: 12 months instead of 6 months." in page
    assert "5 agents may be chosen instead of 6." in page
    assert "1 person enters: Agent A-2. 1 person leaves: Agent A-0." in page
    assert "held back by Length of service" in page


def test_without_javascript_the_same_form_leads_to_a_page_of_its_own(hanna: Client, run: ScoreRun) -> None:
    answer = hanna.post(reverse("hr:try_what_if", args=[run.pk]), {"tenure.gate": "12"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(reverse("hr:seen_what_if", args=[WhatIf.objects.get().pk]), 302)]
    assert 'max="60" step="1" value="12"' in page
    assert "1 person enters: Agent A-2." in page


def test_sliders_as_they_stand_leave_no_trace(hanna: Client, run: ScoreRun) -> None:
    answer = hanna.post(reverse("hr:try_what_if", args=[run.pk]), {"tenure.gate": "6"})
    assert answer["Location"].endswith(f"?run={run.pk}")
    assert not WhatIf.objects.exists()


@pytest.mark.parametrize("nonsense", ["nan", "inf", "-1e400", "", "many", "1_0e9", "6\x00"])
def test_nonsense_on_a_slider_moves_nothing(hanna: Client, run: ScoreRun, nonsense: str) -> None:
    answer = hanna.post(reverse("hr:try_what_if", args=[run.pk]), {"tenure.gate": nonsense})
    assert answer.status_code == 302
    assert not WhatIf.objects.exists()


def test_the_page_is_told_in_russian_too(hanna: Client, run: ScoreRun) -> None:
    hanna.cookies["django_language"] = "ru"
    assert "Стаж" in begin(hanna, run)


def test_a_list_takes_few_queries(hanna: Client, run: ScoreRun, django_assert_max_num_queries: object) -> None:
    begin(hanna, run)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        hanna.post(reverse("hr:try_what_if", args=[run.pk]), {"tenure.gate": "12"}, headers=HTMX)


def test_changed_evidence_is_said_and_nothing_is_kept(hanna: Client, run: ScoreRun) -> None:
    worlds.rate(worlds.Agent.objects.get(staff_number="A-5"), [5] * 40, topic="roaming")
    answer = hanna.post(reverse("hr:try_what_if", args=[run.pk]), {"tenure.gate": "12"}, headers=HTMX)
    assert answer.status_code == 409
    assert "The evidence has changed" in answer.content.decode()
    assert "The evidence has changed" in begin(hanna, run)
    assert not WhatIf.objects.exists()


def test_without_scores_the_page_says_what_to_do(hanna: Client, cast: Cast) -> None:
    version = policy_of(service=6)
    assert "Run the scores with this policy first." in hanna.get(
        reverse("hr:what_if", args=[version.pk])
    ).content.decode()  # fmt: skip


def test_the_auditor_sees_every_what_if_and_asks_none(hanna: Client, ada: Client, run: ScoreRun) -> None:
    for service in ("12", "24"):
        hanna.post(reverse("hr:try_what_if", args=[run.pk]), {"tenure.gate": service})
    page = ada.get(reverse("hr:what_ifs")).content.decode()
    assert "Length of service: 24 months instead of 6 months" in page
    assert page.count('<th scope="row">') == 2
    assert "Hanna Castova" in page
    assert ada.get(reverse("hr:what_ifs"), {"policy": "another"}).content.decode().count('<th scope="row">') == 0
    seen = ada.get(reverse("hr:seen_what_if", args=[WhatIf.objects.first().pk])).content.decode()  # type: ignore[union-attr]
    assert " disabled>" in seen
    assert "hx-post" not in seen
    assert ada.post(reverse("hr:try_what_if", args=[run.pk]), {"tenure.gate": "30"}).status_code == 403
    assert reverse("hr:what_ifs") in ada.get(reverse("hr:audit")).content.decode()


def test_others_stay_outside(cast: Cast, run: ScoreRun) -> None:
    for other in (cast.marat, cast.hugo, cast.greta, cast.ania):
        client = logged_in(other)
        for address in (reverse("hr:what_if", args=[run.policy_version_id]), reverse("hr:what_ifs")):
            assert client.get(address).status_code == 403
        assert client.post(reverse("hr:try_what_if", args=[run.pk])).status_code == 403


def test_a_round_counts_what_was_tried_with_its_policy(hanna: Client, opened: Round) -> None:
    address = reverse("hr:round", args=[opened.pk])
    assert "0 with this policy, 0 since the round opened" in hanna.get(address).content.decode()
    WhatIf.objects.create(run=opened.run, actor=opened.opened_by, at=NOW, changes={}, summary={})
    assert "1 with this policy, 1 since the round opened" in hanna.get(address).content.decode()
