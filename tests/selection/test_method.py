"""The method page: everybody who is logged in may read it, and the document says the same."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override

from scoring.models import Calibration
from selection.calibration_picture import CalibrationPicture
from selection.method_words import FLOW, SECTIONS, markdown
from tests.cast import NOW, Cast, build_policy

BINS = [
    {"claimed": 0.01, "true": 0.012, "agents": 5000.0},
    {"claimed": 0.45, "true": 0.4, "agents": 60.0},
    {"claimed": 0.97, "true": 1.0, "agents": 40.0},
    {"claimed": 0.7, "true": 1.0, "agents": 2.0},
]


@pytest.fixture
def calibration(cast: Cast) -> Calibration:
    """A stored calibration with both halves."""
    return Calibration.objects.create(
        policy_version=build_policy(cast), as_of=NOW.date(), places=6, seed=1, code_version="test",
        evidence_fingerprint="f" * 64, agents=279, rounds=60, simulated={"coverage": 0.9487, "bins": BINS},
        halves={"overlap": 0.5, "expected": 0.61, "bins": BINS[:2]}, created_at=NOW,
    )  # fmt: skip


def read(client: Client) -> str:
    answer = client.get(reverse("method"))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("who", ["hanna", "marat", "hugo", "greta", "ania", "boris", "ada"])
def test_everybody_may_read_it(client: Client, cast: Cast, who: str) -> None:
    client.force_login(getattr(cast, who))
    page = read(client)
    for section in (FLOW, *SECTIONS):
        assert f'id="{section.name}"' in page


def test_strangers_may_not(client: Client, db: None) -> None:
    answer = client.get(reverse("method"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_the_document_says_what_the_page_says() -> None:
    """To write it anew: `Path("docs/method.md").write_text(markdown())` in `manage.py shell`."""
    assert Path(settings.BASE_DIR, "docs", "method.md").read_text(encoding="utf-8") == markdown()


def test_the_page_is_not_english_for_russians(client: Client, cast: Cast) -> None:
    client.force_login(cast.ania)
    client.cookies["django_language"] = "ru"
    page = read(client)
    with override("en"):
        english = [str(text) for section in SECTIONS for text in section.text]
    assert [text for text in english if escape(text) in page] == []


def test_every_page_leads_there(client: Client, cast: Cast) -> None:
    client.force_login(cast.hanna)
    assert f'href="{reverse("method")}"' in client.get(reverse("hr:today")).content.decode()
    client.logout()
    assert f'href="{reverse("method")}"' not in client.get(reverse("account_login")).content.decode()


def test_without_a_calibration_the_page_says_so(client: Client, cast: Cast) -> None:
    client.force_login(cast.ania)
    assert "has not been checked yet" in read(client)


def test_the_calibration_is_drawn_and_told(client: Client, cast: Cast, calibration: Calibration) -> None:
    client.force_login(cast.ania)
    page = read(client)
    assert "Of the 95 % intervals 94.9% held the truth, in 60 simulated worlds." in page
    assert "the other half places 50% first; the method promised 61%." in page
    assert "Checked with 279 rated agents and 6 places" in page
    assert page.count("<title>claimed") == 3 + 2
    assert "style=" not in re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL)


def test_the_dots_stand_where_their_numbers_are(calibration: Calibration) -> None:
    first, middle, last = CalibrationPicture(calibration).simulated
    assert (middle.x, middle.y) == (f"{48 + 260 * 0.45:.1f}", f"{10 + 260 * 0.6:.1f}")
    assert last.y == last.high == "10.0"
    assert float(middle.low) > float(middle.y) > float(middle.high)
    assert float(first.radius) > float(middle.radius) >= float(last.radius)


def test_numbers_of_the_picture_keep_the_decimal_point(client: Client, cast: Cast, calibration: Calibration) -> None:
    client.force_login(cast.ania)
    client.cookies["django_language"] = "ru"
    assert not re.search(r' (?:cx|cy|x1|y1)="[^"]*,', read(client))


def test_one_month_has_no_second_half(calibration: Calibration) -> None:
    calibration.halves = {}
    picture = CalibrationPicture(calibration)
    assert picture.halves == []
    with override("en"):
        assert "no two halves yet" in picture.sentences[1]
