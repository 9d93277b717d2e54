"""Limits of an installation."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from scoring.intake.limits import Limits
from scoring.intake.load_look import limits


def test_limits_may_be_changed_by_the_installation(settings: object) -> None:
    settings.INTAKE_LIMITS = {"rows": 20_000_000}  # type: ignore[attr-defined]
    assert (limits().rows, limits().unpacked_mb) == (20_000_000, Limits().unpacked_mb)


@pytest.mark.parametrize("wrong", [{"lines": 5}, {"rows": 0}, {"chunk_rows": 7}], ids=str)
def test_limits_that_cannot_be_set_are_named(settings: object, wrong: dict[str, int]) -> None:
    settings.INTAKE_LIMITS = wrong  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match=f"INTAKE_LIMITS: {next(iter(wrong))} "):
        limits()
