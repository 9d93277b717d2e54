"""Pictures at an incident: kept without metadata, few, and gone again when the change fails."""

import os
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from journal.models import Entry
from scoring.incidents import decide_incident, record_incident
from scoring.models import IncidentPicture, ViralIncident
from scoring.models.evidence import IncidentState
from scoring.pictures import PICTURES_AT_MOST, add_pictures, content_of, sweep_pictures
from scoring.refusals import EvidenceRefused
from tests.cast import NOW, Cast
from tests.scoring.test_batches import cast
from tests.scoring.test_incidents import REASON, known
from tests.scoring.test_picture_content import JPEG_BYTES, PNG_BYTES, SECRET, chunk, told

__all__ = ["cast"]


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Where pictures are kept."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "incidents"


def files(folder: Path) -> list[Path]:
    """What lies there."""
    return sorted(folder.glob("*"))


def recorded(cast: Cast, *pictures: bytes) -> ViralIncident:
    """Hanna records an incident with pictures."""
    return record_incident(incident=replace(known(cast), pictures=pictures), actor=cast.hanna, at=NOW)


def different(number: int) -> bytes:
    """A picture like no other."""
    return PNG_BYTES[:33] + chunk(b"tRNS", bytes([number])) + PNG_BYTES[33:]


def test_pictures_are_kept_without_what_they_tell(cast: Cast, folder: Path) -> None:
    made = recorded(cast, *told().values())
    kept = [content_of(one) for one in made.pictures.all()]
    assert [one.content_type for one in made.pictures.all()] == ["image/png", "image/jpeg", "image/webp"]
    assert [SECRET in one for one in kept] == [False] * 3
    assert kept[:2] == [PNG_BYTES, JPEG_BYTES]
    assert [path.suffix for path in files(folder)] == [""] * 3


def test_the_same_picture_is_kept_once(cast: Cast, folder: Path) -> None:
    made = recorded(cast, PNG_BYTES, told()["image/png"])
    assert add_pictures(incident=made, contents=[PNG_BYTES, JPEG_BYTES], actor=cast.pavel, at=NOW) == 1
    assert (made.pictures.count(), len(files(folder))) == (2, 2)
    entries = Entry.objects.filter(verb="add_pictures").order_by("sequence")
    hashes = [one.detail["hashes"] for one in entries]
    assert hashes == [[one.content_hash] for one in made.pictures.all()]


def test_one_that_is_no_picture_is_named_and_nothing_is_kept(cast: Cast, folder: Path) -> None:
    with pytest.raises(EvidenceRefused, match="Picture 2 is no PNG, JPEG or WebP"):
        recorded(cast, PNG_BYTES, b"<svg onload=alert(1)>")
    assert (ViralIncident.objects.count(), files(folder)) == (0, [])


def test_there_are_at_most_six(cast: Cast, folder: Path) -> None:
    made = recorded(cast, *(different(number) for number in range(PICTURES_AT_MOST)))
    assert made.pictures.count() == PICTURES_AT_MOST
    with pytest.raises(EvidenceRefused, match="at most 6 pictures"):
        add_pictures(incident=made, contents=[JPEG_BYTES], actor=cast.pavel, at=NOW)
    assert len(files(folder)) == PICTURES_AT_MOST


def test_a_change_that_fails_leaves_no_file_behind(cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = recorded(cast)

    def full(**_entry: object) -> None:
        raise OSError("The journal cannot be written.")

    monkeypatch.setattr("scoring.pictures.record", full)
    with pytest.raises(OSError, match="journal"):
        add_pictures(incident=made, contents=[PNG_BYTES], actor=cast.pavel, at=NOW)
    monkeypatch.undo()
    assert (IncidentPicture.objects.count(), files(folder)) == (0, [])
    assert add_pictures(incident=made, contents=[PNG_BYTES], actor=cast.pavel, at=NOW) == 1
    assert len(files(folder)) == 1


def test_what_lies_open_is_bounded(cast: Cast) -> None:
    made = recorded(cast, PNG_BYTES)
    IncidentPicture.objects.update(byte_size=201 * 1024 * 1024)
    with pytest.raises(EvidenceRefused, match="More than 200 MB of your pictures"):
        add_pictures(incident=made, contents=[JPEG_BYTES], actor=cast.hanna, at=NOW)
    assert add_pictures(incident=made, contents=[JPEG_BYTES], actor=cast.pavel, at=NOW) == 1


def test_a_decided_incident_and_ones_own_take_no_pictures(cast: Cast) -> None:
    made = recorded(cast)
    with pytest.raises(EvidenceRefused, match="their own chat"):
        add_pictures(incident=made, contents=[PNG_BYTES], actor=cast.ania, at=NOW)
    assert add_pictures(incident=made, contents=[PNG_BYTES], actor=cast.pavel, at=NOW) == 1
    decide_incident(incident=made, state=IncidentState.REJECTED, reason=REASON, actor=cast.pavel, at=NOW)
    with pytest.raises(EvidenceRefused, match="decided already"):
        add_pictures(incident=made, contents=[JPEG_BYTES], actor=cast.pavel, at=NOW)


def test_a_file_that_no_picture_names_is_swept_after_a_day(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sweep_pictures(at=NOW) == 0
    made = recorded(cast, PNG_BYTES)
    with monkeypatch.context() as killed:
        # The process dies between the file and the row: nobody is left who would take the file away.
        killed.setattr("scoring.pictures.default_storage.delete", lambda _name: None)
        killed.setattr(IncidentPicture, "save", Mock(side_effect=InterruptedError))
        with pytest.raises(InterruptedError):
            add_pictures(incident=made, contents=[different(1)], actor=cast.hanna, at=NOW)
    assert len(files(folder)) == 2
    written = timezone.now()
    assert sweep_pictures(at=written + timedelta(hours=23)) == 0
    assert sweep_pictures(at=written + timedelta(hours=25)) == 1
    assert [path.name for path in files(folder)] == [Path(one.stored_as).name for one in made.pictures.all()]


def test_the_periodic_command_sweeps(db: None, folder: Path) -> None:
    folder.mkdir()
    for name, age in (("old", 2 * 86400), ("young", 60)):
        (folder / name).write_bytes(PNG_BYTES)
        moment = timezone.now().timestamp() - age
        os.utime(folder / name, (moment, moment))
    out = StringIO()
    call_command("resume_imports", stdout=out)
    assert [path.name for path in files(folder)] == ["young"]
    assert out.getvalue().splitlines() == ["0 imports go on.", "1 file of a picture that was never kept is deleted."]
