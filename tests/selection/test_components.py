"""The look: colours that can be read, pictures that are right, and pages that need nobody else's server."""

import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.paginator import Paginator
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import path
from django.utils import translation

from selection import charts
from selection.components import Link, Part, Step
from selection.navigation import addresses, links, navigation_of
from selection.stages import Role, Stage
from selection.styleguide import SampleForm, style_guide
from selection.urls import urlpatterns as house

# With the style guide at a place of its own, so that these tests do not ask where the house keeps it.
urlpatterns = [*house, path("all-components/", style_guide)]

SELECTION = Path(charts.__file__).parent
STATIC = SELECTION / "static" / "rostrum"
TEMPLATES = sorted(SELECTION.parent.glob("*/templates/**/*.html"))
TOKENS = (STATIC / "tokens.css").read_text()


def rendered(source: str, **context: Any) -> str:
    """Render a piece of template as a page would."""
    request = RequestFactory().get("/list/", context.pop("query", {}))
    return str(engines["django"].from_string(source).render(context, request))


# Colours


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2, definition of relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def token(name: str, theme: str) -> str:
    """A colour of tokens.css in a theme."""
    value = re.search(rf"--{name}: (?:light-dark\((#\w{{6}}), (#\w{{6}})\)|(#\w{{6}}));", TOKENS)
    assert value, f"tokens.css has no colour --{name}"
    return value[3] or value[1 if theme == "light" else 2]


TEXT_PAIRS = [
    *((text, ground) for text in ("text", "quiet", "faint", "accent") for ground in ("ground", "card", "raised")),
    *((text, "accent-tint") for text in ("text", "quiet", "faint", "accent", "clear", "viral")),
    *((word, f"{word}-tint") for word in ("clear", "borderline", "unlikely", "viral", "danger")),
    *((word, "card") for word in ("clear", "borderline", "viral", "danger", "accent-hover")),
    ("text", "danger-tint"),
    ("text", "borderline-tint"),
    ("quiet", "unlikely-tint"),
    ("fill-text", "fill"),
    ("fill-text", "fill-hover"),
]
GRAPHIC_PAIRS = [
    *((dot, "card") for dot in ("dot-clear", "dot-borderline", "dot-unlikely", "edge", "focus", "fill")),
    *((f"part-{n}", "card") for n in range(1, 7)),
    ("accent", "track"),
    ("edge", "ground"),
    ("focus", "ground"),
]


def test_the_measure_of_contrast_agrees_with_known_answers() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the classic grey that just fails


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(text: str, ground: str, theme: str) -> None:
    assert contrast(token(text, theme), token(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), GRAPHIC_PAIRS)
def test_marks_and_edges_stand_out_from_their_ground(mark: str, ground: str, theme: str) -> None:
    assert contrast(token(mark, theme), token(ground, theme)) >= 3.0


def test_every_colour_that_a_stylesheet_uses_is_a_token() -> None:
    used = {name for sheet in STATIC.glob("*.css") for name in re.findall(r"var\(--([\w-]+)\)", sheet.read_text())}
    known = set(re.findall(r"--([\w-]+):", TOKENS))
    assert used - known == set()


# Nothing from elsewhere, nothing inline


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: p.name)
def test_templates_obey_the_content_security_policy(template: Path) -> None:
    source = re.sub(r"{%.*?%}", "", template.read_text(), flags=re.S)
    assert not re.search(r"\sstyle\s*=", source), "a style attribute is refused by the browser: use a class"
    assert not re.search(r"\son\w+\s*=", source), "an inline handler is refused by the browser: use app.js"
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*nonce)", source), "an inline script is refused by the browser"
    assert not re.search(r"""(src|href|action)=["']?(https?:)?//""", source), "pages ask no other server"


def test_stylesheets_and_scripts_ask_no_other_server() -> None:
    for file in [*STATIC.glob("*.css"), *STATIC.glob("*.js"), *STATIC.glob("*.svg")]:
        addresses_in = set(re.findall(r"(?:https?:)?//[\w.]+\.\w{2,}\S*", file.read_text()))
        assert addresses_in <= {'http://www.w3.org/2000/svg"', 'http://www.w3.org/2000/svg">'}, file.name


def test_fonts_named_in_the_stylesheet_are_there_with_their_licence() -> None:
    named = set(re.findall(r'url\("fonts/([^"]+)"\)', (STATIC / "fonts.css").read_text()))
    assert named == {font.name for font in (STATIC / "fonts").glob("*.woff2")}
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / "LICENSE.txt").read_text()


def test_every_icon_that_a_template_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    named = {name for t in TEMPLATES for name in re.findall(r'(?:{% icon |icon_name=)"([\w-]+)"', t.read_text())}
    assert named
    assert named - drawn == set()


# Charts


def test_the_first_places_have_room_on_the_square_root_scale() -> None:
    assert charts.edge(0.5, 312) == 0.0
    assert charts.edge(312.5, 312) == 1.0
    assert charts.edge(12.5, 312) == pytest.approx((12 / 312) ** 0.5)


def test_an_interval_covers_the_cells_of_its_ranks() -> None:
    drawn = charts.interval(3, 1, 4, 4, 16)
    assert (drawn.band, drawn.width, drawn.places) == ("0.00%", "50.00%", "50.00%")
    assert 35.35 < float(drawn.dot.rstrip("%")) < 43.31  # between the edges of rank 3: sqrt(2/16) and sqrt(3/16)


def test_no_line_is_drawn_when_everybody_gets_a_place() -> None:
    assert charts.interval(1, 1, 8, 8, 8).places is None
    assert charts.interval(1, 1, 8, 7, 8).places is not None


def test_segments_lie_end_to_end_and_never_leave_the_bar() -> None:
    laid = charts.segments([50, -10, 30, 40], 100)
    assert [(s.start, s.width) for s in laid] == [
        ("0.00%", "50.00%"),
        ("50.00%", "0.00%"),
        ("50.00%", "30.00%"),
        ("80.00%", "20.00%"),
    ]


def test_columns_reach_the_ceiling_and_stand_on_the_floor() -> None:
    high, half, none = charts.columns([10, 5, 0], ceiling=16, floor=72)
    assert (high.top, high.height) == (16, 56)
    assert (half.top, half.height) == (44, 28)
    assert (none.top, none.height) == (72, 0)
    assert charts.columns([], ceiling=16, floor=72) == []


# Components


def test_numbers_follow_the_language_but_lengths_never_do() -> None:
    with translation.override("ru"):
        bar = rendered('{% part_bar 34.125 40 "Оценки" %}')
        interval = rendered("{% rank_interval 1200 1300 1400 12 5000 %}")
    assert "34,1" in bar
    assert 'width="85.31%"' in bar
    assert "1\xa0200–1\xa0400" in interval
    assert not re.search(r'="[\d\xa0]+,\d+%?"', bar + interval)


def test_a_rank_interval_says_in_words_what_it_draws() -> None:
    html = rendered('{% rank_interval 1 3 6 12 312 "clear" %}')
    assert html.count("rank 3, plausibly from 1 to 6; places to give: 12") == 2  # title and label
    assert "interval-clear" in html
    assert ">1–6<" in html


def test_a_rank_that_nobody_knows_is_a_dashed_line() -> None:
    html = rendered("{% rank_interval None None None 12 312 %}")
    assert 'class="nothing"' in html
    assert 'class="dot"' not in html


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0%"), (0.004, "&lt;1%"), (0.5, "50%"), (0.994, "99%"), (0.997, "&gt;99%"), (1, "100%"), (None, "—")],
)
def test_a_share_never_reads_as_certain_when_it_is_not(share: float | None, words: str) -> None:
    assert rendered("{{ share|percent }}", share=share) == words


def test_differences_carry_their_sign() -> None:
    assert rendered("{{ 0.21|signed }} {{ down|signed }} {{ 0|signed:0 }}", down=-0.15) == "+0.21 −0.15 0"


def test_every_verdict_and_stage_has_its_words() -> None:
    assert "badge-insufficient" in rendered('{% verdict_badge "insufficient" %}')
    for stage in Stage:
        assert 'class="badge' in rendered("{% stage_badge stage %}", stage=stage)
    with pytest.raises(ValueError, match="splendid"):
        rendered('{% verdict_badge "splendid" %}')


def test_what_people_wrote_is_escaped_in_every_component() -> None:
    evil = "<b onclick=x>"
    pieces = [
        "{% badge evil %}",
        "{% card evil evil %}{{ evil }}{% endcard %}",
        "{% page_head evil evil back_url=evil back_label=evil %}{{ evil }}{% endpage_head %}",
        "{% explain evil %}{{ evil }}{% endexplain %}",
        "{% disclosure evil %}{{ evil }}{% enddisclosure %}",
        "{% empty_state evil evil evil evil %}",
        "{% part_bar 1 2 evil evil %}",
        "{% bars values labels evil %}",
        "{% link_button evil evil %}",
        "{% post_button evil evil reason=evil %}",
        "{% icon 'check' evil %}",
        "{% table labels rows evil %}",
        "{% facts rows %}",
        "{% sort_column evil evil %}",
        "{% progress 1 2 label=evil %}",
        "{% stepper labels 2 %}",
    ]
    for piece in pieces:
        html = rendered(piece, evil=evil, values=[1, 2], labels=[evil, evil], rows=[(evil, evil)])
        assert evil not in html, piece
        assert "&lt;b onclick=x&gt;" in html, piece


def test_a_card_keeps_the_markup_inside_it() -> None:
    html = rendered('{% card "Facts" name="facts" %}<em>{% badge "new" %}</em>{% endcard %}')
    assert '<em><span class="badge badge-unlikely">new</span></em>' in html
    assert 'aria-labelledby="facts-title"' in html
    assert 'id="facts-title"' in html


def test_help_and_errors_are_tied_to_their_field() -> None:
    html = rendered("{% form_fields form %}", form=SampleForm({"name": ""}))
    described = {name for names in re.findall(r'aria-describedby="([^"]+)"', html) for name in names.split()}
    assert {"id_name_helptext", "id_name_error", "id_gender_error"} <= described
    assert described <= set(re.findall(r'\bid="([^"]+)"', html))
    assert set(re.findall(r'<label for="([^"]+)"', html)) <= set(re.findall(r'\bid="([^"]+)"', html))


def test_errors_of_the_whole_form_come_first() -> None:
    class Range(forms.Form):
        low = forms.IntegerField(required=False)

        def clean(self) -> None:
            raise forms.ValidationError("The range is empty.")

    html = rendered("{% form_fields form %}", form=Range({}))
    assert html.index("The range is empty.") < html.index('name="low"')
    assert "form-errors" not in rendered("{% form_fields form %}", form=Range())


def test_a_table_labels_its_cells_for_the_phone() -> None:
    html = rendered('{% table columns rows "Refused" %}', columns=["Record", "Value"], rows=[[17, 6]])
    assert '<td data-label="Record">17</td><td data-label="Value">6</td>' in html
    with pytest.raises(ValueError, match="shorter"):
        rendered("{% table columns rows %}", columns=["Record", "Value"], rows=[[17]])


@pytest.mark.parametrize(
    ("query", "target", "direction"),
    [
        ({}, "?sort=score", None),
        ({"sort": "score", "page": "3", "team": "A"}, "?sort=-score&amp;team=A", "ascending"),
        ({"sort": "-score"}, "?sort=score", "descending"),
    ],
)
def test_a_sorted_column_turns_round(query: dict[str, str], target: str, direction: str | None) -> None:
    html = rendered('{% sort_column "Score" "score" %}', query=query)
    found = re.search(r'href="([^"]+)"', html)
    assert found
    assert sorted(found[1].removeprefix("?").split("&amp;")) == sorted(target.removeprefix("?").split("&amp;"))
    assert (f'aria-sort="{direction}"' in html) if direction else ("aria-sort" not in html)


def test_pages_keep_what_was_filtered() -> None:
    html = rendered("{% pages page %}", page=Paginator(range(312), 25).page(2), query={"team": "A", "page": "2"})
    assert "26–50 of 312" in html
    assert 'href="?team=A&amp;page=3"' in html
    assert 'href="?team=A&amp;page=2" aria-current="page"' in html
    assert "<ul>" not in rendered("{% pages page %}", page=Paginator(range(3), 25).page(1))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(8, "less than a minute left"), (60, "1 minute left"), (600, "10 minutes left"), (7200, "2 hours left")],
)
def test_remaining_time_is_worded_as_people_do(seconds: int, words: str) -> None:
    html = rendered("{% progress 12400 40000 350.4 seconds %}", seconds=seconds)
    assert words in html
    assert 'value="12400" max="40000"' in html
    assert "12,400 of 40,000" in html
    assert "350 per second" in html


def test_work_of_unknown_length_shows_no_share() -> None:
    assert "max=" not in rendered("{% progress 3 None %}")


def test_only_the_current_step_is_announced() -> None:
    states = [
        Step(title="Tenure", state="done"),
        Step(title="Test", state="current", action_url="/t/", action_label="Go"),
    ]
    html = rendered("{% steps steps %}", steps=[*states, Step(title="Decision", state="upcoming")])
    assert html.count('aria-current="step"') == 1
    assert html.count("button-primary") == 1


def test_parts_may_be_shapes_or_mappings() -> None:
    shapes = [Part(label="Ratings", points=30, maximum=40)]
    mappings = [{"label": "Ratings", "points": 30}]
    assert rendered("{% parts_chart p 100 %}", p=shapes) == rendered("{% parts_chart p 100 %}", p=mappings)


# The header and the pages around the rooms


def test_the_header_marks_the_room_one_is_in() -> None:
    rooms = links({"/hr/": "Today", "/hr/ranking/": "Ranking"}, "/hr/ranking/7/")
    assert rooms == [
        Link(label="Today", url="/hr/", current=False),
        Link(label="Ranking", url="/hr/ranking/", current=True),
    ]


def test_each_room_stands_once_in_the_header() -> None:
    assert list(addresses(frozenset({Role.LINE_MANAGER, Role.HEAD}))) == ["/admin/"]
    assert addresses(frozenset()) == {}


def test_a_visitor_sees_no_room() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert navigation_of(request).rooms == []


@pytest.mark.django_db
def test_the_header_tells_in_what_role_one_comes() -> None:
    request = RequestFactory().get("/admin/")
    marat = User.objects.create_user("marat")
    marat.groups.add(Group.objects.get_or_create(name=Role.LINE_MANAGER)[0])
    request.user = marat
    seen = navigation_of(request)
    assert seen.title == "manager"
    assert [room.url for room in seen.rooms if room.current] == ["/admin/"]


@pytest.mark.django_db
def test_the_login_page_is_ours_in_both_languages(client: Client) -> None:
    page = client.get("/accounts/login/", headers={"accept-language": "ru"})
    html = page.content.decode()
    assert '<html lang="ru">' in html
    assert 'href="#main"' in html
    assert "Rostrum" in html
    assert "sign up" not in html.lower()
    assert "style-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_refusals_look_like_the_house(client: Client) -> None:
    page = client.get("/no-such-page/")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.content.decode()


def test_a_refusal_gives_its_reason() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert "Only HR may" in render_to_string("403.html", {"exception": "Only HR may do this."}, request)
    assert "Your role does not include it" in render_to_string("403.html", {"exception": ""}, request)
    assert "was faster" in render_to_string("409.html", {}, request)


def test_the_last_page_needs_nothing_that_may_be_broken() -> None:
    assert "Something broke" in render_to_string("500.html")


@pytest.mark.django_db
@pytest.mark.urls("tests.selection.test_components")
def test_the_style_guide_is_for_staff(client: Client) -> None:
    assert client.get("/all-components/").status_code == 404
    client.force_login(User.objects.create_user("stranger"))
    assert client.get("/all-components/").status_code == 404
    client.force_login(User.objects.create_user("builder", is_staff=True))
    page = client.get("/all-components/")
    assert page.status_code == 200
    html = page.content.decode()
    assert " style=" not in html
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_a_column_chart_writes_only_the_numbers_that_fit_side_by_side() -> None:
    few = rendered("{% bars values labels %}", values=[7, 20, 3], labels=["Jan", "Feb", "Mar"])
    assert re.findall(r'class="bar-value"[^>]*>([^<]+)<', few) == ["7", "20", "3"]
    months = [4000 + month for month in range(13)]
    many = rendered("{% bars values labels %}", values=months, labels=[str(month) for month in months])
    assert re.findall(r'class="bar-value"[^>]*>([^<]+)<', many) == ["4,000", "4,012"]
    assert many.count("<title>") == len(months)
