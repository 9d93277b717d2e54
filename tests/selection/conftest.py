"""The cast and their round, ready for the tests of the roof."""

import random

import pytest

from selection.models import Candidate, Round
from tests.cast import Cast, build_cast, build_round, nominate_agent


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody."""
    return build_cast()


@pytest.fixture
def opened(cast: Cast) -> Round:
    """A round that takes nominations, with one place."""
    return build_round(cast)


@pytest.fixture
def candidate(cast: Cast, opened: Round) -> Candidate:
    """Ania, nominated by Hanna."""
    return nominate_agent(opened, cast.agents["ania"], by=cast.hanna)


@pytest.fixture
def rng() -> random.Random:
    """The chance of the tests."""
    return random.Random(7)
