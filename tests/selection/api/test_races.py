"""The same request from several machines in the same moment: done once."""

from collections import Counter
from pathlib import Path

import pytest
from rest_framework.authtoken.models import Token

from scoring.models import Batch, Rating
from selection.dossier import dossier_hash
from selection.models import Push
from tests.assessments.racing import Arena
from tests.cast import REASON, Cast
from tests.selection.api.conftest import World, rating, with_token
from tests.selection.api.test_rights import address

MACHINES = 8
pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_releases_at_once_release_once(world: World, tmp_path: Path) -> None:
    key, url = Token.objects.create(user=world.cast.marat).key, address("moves", world)
    wanted = {"name": "release", "reason": REASON, "dossier_hash": dossier_hash(world.candidate)}
    arena = Arena(tmp_path)
    answered = arena.run(*[lambda: with_token(key).post(url, wanted, format="json").status_code] * MACHINES)
    assert Counter(answered) == {201: 1, 409: MACHINES - 1}
    assert arena.ask(lambda: world.candidate.changes.filter(move="release").count()) == 1


def test_eight_pushes_with_one_key_push_once(cast: Cast, tmp_path: Path) -> None:
    key, body = Token.objects.create(user=cast.hanna).key, {"instrument": "csat5", "records": [rating(1)]}
    headers = {"Idempotency-Key": "night 22"}
    arena = Arena(tmp_path)

    def push() -> int:
        url = "/api/v1/ratings/"
        return int(with_token(key).post(url, body, format="json", headers=headers).status_code)

    answered = Counter(arena.run(*[push] * MACHINES))
    assert answered.pop(201) == 1
    assert answered.keys() <= {200, 409}
    counted = arena.ask(lambda: (Batch.objects.count(), Rating.objects.count(), Push.objects.count()))
    assert counted == (1, 1, 1)
