"""The ranking page."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from scoring.models import ScoreRun
from scoring.models.runs import RunState
from selection.models import Candidate, Round
from selection.rounds import next_phase
from tests.cast import NOW, Cast, nominate_agent
from tests.selection.hr.conftest import logged_in, score_of, vary

RANKING = "/hr/ranking/"


def names_on(client: Client, query: str = "") -> list[str]:
    """The names of the list, from top to bottom."""
    page = client.get(f"{RANKING}{query}").content.decode()
    return re.findall(r'id="score-\d+"[^>]*>([^<]+)</a>', page)


def test_hr_reads_the_ranking_best_first(hanna: Client, run: ScoreRun) -> None:
    assert names_on(hanna)[:3] == ["Ania Sokolova", "Boris Vetrov", "Мария Кузнецова"]


def test_a_row_says_rank_range_score_verdict_conditions_and_number_of_ratings(hanna: Client, run: ScoreRun) -> None:
    page = hanna.get(RANKING).content.decode()
    assert "rank 1, plausibly from 1 to 3; places to give: 2" in page
    assert '<circle class="dot"' in page
    assert "<strong>79.0</strong>" in page
    assert "50% for a place" in page
    assert "1 of 1 met" in page
    assert ">120</td>" in page


def test_shown_parts_add_up_to_the_shown_total(hanna: Client, run: ScoreRun) -> None:
    page = hanna.get(RANKING).content.decode()
    shown = [float(points) for points in re.findall(r'<span class="part-points">([\d.]+) <small>', page)]
    total = re.search(r'<div class="part-total"><span>Score</span><span>([\d.]+)</span>', page)
    assert total is not None
    assert len(shown) == 2
    assert round(sum(shown), 1) == float(total.group(1)) == 79.0


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("rank", "Ania Sokolova"),
        ("-rank", "=cmd|&#x27; /C calc&#x27;!A0"),
        ("score", "Ania Sokolova"),
        ("-score", "=cmd|&#x27; /C calc&#x27;!A0"),
        ("-name", "Фёдор Алёшин"),
        ("ratings", "=cmd|&#x27; /C calc&#x27;!A0"),
        ("-ratings", "Ania Sokolova"),
        ("nonsense", "Ania Sokolova"),
    ],
)
def test_the_list_sorts_both_ways(hanna: Client, run: ScoreRun, sort: str, first: str) -> None:
    vary(run)
    assert names_on(hanna, f"?sort={sort}")[0] == first


def test_the_sorted_column_says_so(hanna: Client, run: ScoreRun) -> None:
    assert 'aria-sort="ascending"><a href="?sort=-rank"' in hanna.get(RANKING).content.decode()
    assert 'aria-sort="descending"><a href="?sort=-score"' in hanna.get(f"{RANKING}?sort=score").content.decode()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 6),
        ("?verdict=borderline", 2),
        ("?team=Billing", 3),
        ("?verdict=unlikely&team=Billing", 1),
        ("?gate=met:tenure.gate", 5),
        ("?gate=open:tenure.gate", 1),
        ("?gate=met:nothing.gate", 0),
        ("?gate=met:no__such", 6),
        ("?search=ania", 1),
        ("?search=S-2", 4),
        ("?search=s-20", 1),
        ("?search=%D0%9C%D0%B0%D1%80%D0%B8%D1%8F", 1),
        ("?search=%D0%BC%D0%B0%D1%80%D0%B8%D1%8F", 1),
        ("?search=%D1%84%D0%B5%D0%B4%D0%BE%D1%80", 1),
        ("?search=.*", 0),
        ("?search=%00", 6),
        ("?page=99", 6),
        ("?score=x&page=-1", 6),
    ],
)
def test_filters_leave_whom_they_name(hanna: Client, run: ScoreRun, query: str, count: int) -> None:
    vary(run)
    assert len(names_on(hanna, query)) == count


def test_chips_count_each_verdict_under_the_other_filters(hanna: Client, run: ScoreRun) -> None:
    vary(run)
    page = hanna.get(f"{RANKING}?team=Billing").content.decode()
    counts = re.findall(r'class="chip" href="[^"]*"[^>]*>([^<]+) <span>(\d+)</span>', page)
    assert counts == [
        ("All", "3"),
        ("Among the best", "0"),
        ("Borderline", "1"),
        ("Unlikely", "1"),
        ("Not enough data", "1"),
    ]


def test_the_page_takes_few_queries_however_many_rows(
    hanna: Client, run: ScoreRun, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(9) as few:  # type: ignore[operator]
        hanna.get(RANKING)
    with django_assert_max_num_queries(len(few)):  # type: ignore[operator]
        hanna.get(f"{RANKING}?verdict=borderline&team=x&gate=met:tenure.gate&search=a&sort=name&page=2")


def test_a_chosen_row_is_explained_beside_the_list_without_javascript(hanna: Client, cast: Cast, run: ScoreRun) -> None:
    boris = score_of(run, cast.agents["boris"])
    page = hanna.get(f"{RANKING}?score={boris.pk}").content.decode()
    assert re.search(r'<h2 id="explained"[^>]*>Boris Vetrov</h2>', page)
    assert f'<tr class=is-current><td class="number" data-label="Rank">{boris.rank}<' in page


def test_a_score_of_another_run_is_not_found(hanna: Client, run: ScoreRun) -> None:
    assert hanna.get(f"{RANKING}?score=999999").status_code == 404
    assert hanna.get(f"{RANKING}?run=999999").status_code == 404
    assert hanna.get(f"{RANKING}?run={run.pk}").status_code == 200


def test_an_unfinished_run_is_not_shown(hanna: Client, run: ScoreRun) -> None:
    ScoreRun.objects.update(state=RunState.RUNNING)
    assert "No scores yet" in hanna.get(RANKING).content.decode()
    assert hanna.get(f"{RANKING}?run={run.pk}").status_code == 404


def test_htmx_gets_the_list_alone(hanna: Client, run: ScoreRun) -> None:
    part = hanna.get(RANKING, headers={"HX-Request": "true", "HX-Target": "ranking"})
    assert part.content.decode().lstrip().startswith('<div id="ranking"')
    assert "HX-Target" in part["Vary"]
    assert "<html" in hanna.get(RANKING).content.decode()


def test_it_says_when_agents_cannot_be_told_apart(hanna: Client, run: ScoreRun) -> None:
    assert "cannot be told apart" not in hanna.get(RANKING).content.decode()
    ScoreRun.objects.update(summary={"agents": 6, "distinguishable": False, "p_equal": 0.73})
    page = hanna.get(RANKING).content.decode()
    assert "These agents cannot be told apart." in page
    assert "probability of 0.73" in page


def test_names_are_escaped(hanna: Client, run: ScoreRun) -> None:
    run.scores.first().agent.__class__.objects.update(full_name="<script>alert(1)</script>")  # type: ignore[union-attr]
    page = hanna.get(RANKING).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_it_speaks_russian(hanna: Client, run: ScoreRun) -> None:
    hanna.cookies["django_language"] = "ru"
    page = hanna.get(RANKING).content.decode()
    assert "<strong>79,0</strong>" in page
    assert "Оценки клиентов" in page
    with override("ru"):
        assert 'lang="ru"' in page


def test_an_auditor_reads_and_changes_nothing(ada: Client, hanna: Client, cast: Cast, opened: Round) -> None:
    assert "nominate/" in hanna.get(RANKING).content.decode()
    assert "nominate/" not in ada.get(RANKING).content.decode()
    assert opened.run is not None
    score = score_of(opened.run, cast.agents["ania"])
    assert ada.post(reverse("hr:nominate", args=[score.pk]), {"round": opened.pk}).status_code == 403
    assert Candidate.objects.count() == 0


@pytest.mark.parametrize("name", ["marat", "hugo", "greta", "ania"])
def test_others_may_not_enter(cast: Cast, run: ScoreRun, name: str) -> None:
    assert logged_in(getattr(cast, name)).get(RANKING).status_code == 403


def test_strangers_are_asked_to_log_in(run: ScoreRun) -> None:
    answer = Client().get(RANKING)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_hr_nominates_from_the_ranking(hanna: Client, cast: Cast, opened: Round) -> None:
    assert opened.run is not None
    score = score_of(opened.run, cast.agents["ania"])
    hanna.post(reverse("hr:nominate", args=[score.pk]), {"round": opened.pk})
    assert Candidate.objects.get().agent == cast.agents["ania"]


def test_nobody_is_nominated_by_a_link(hanna: Client, cast: Cast, opened: Round) -> None:
    assert opened.run is not None
    score = score_of(opened.run, cast.agents["ania"])
    assert hanna.get(reverse("hr:nominate", args=[score.pk])).status_code == 405


def test_a_refused_nomination_says_why(hanna: Client, cast: Cast, opened: Round) -> None:
    assert opened.run is not None
    nominate_agent(opened, cast.agents["ania"], by=cast.hanna)
    next_phase(opened=opened, actor=cast.hanna, at=NOW)
    score = score_of(opened.run, cast.agents["boris"])
    answer = hanna.post(reverse("hr:nominate", args=[score.pk]), {"round": opened.pk}, follow=True)
    assert "The round no longer takes nominations." in answer.content.decode()
    assert Candidate.objects.count() == 1


def test_a_run_with_a_hash_is_counted_once(hanna: Client, run: ScoreRun, django_assert_max_num_queries: object) -> None:
    ScoreRun.objects.update(result_hash="f" * 64)
    hanna.get(RANKING)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        page = hanna.get(RANKING).content.decode()
    assert "All <span>6</span>" in page


def test_an_auditors_menu_holds_what_an_auditor_may_read(ada: Client, run: ScoreRun) -> None:
    page = ada.get(RANKING).content.decode()
    menu = page[page.index('<nav class="rooms"') : page.index("</nav>")]
    assert re.findall(r'href="([^"]+)"', menu) == ["/hr/ranking/", "/hr/policies/", "/hr/audit/"]
