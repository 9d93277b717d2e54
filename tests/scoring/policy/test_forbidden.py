"""What no policy may look at, in many spellings, and the lawful words that only look like it."""

import pytest

from scoring.policy.document import Measure
from scoring.policy.forbidden import GROUNDS, forbidden_ground

SPELLINGS = {
    "post_code": "post_code, Postcode, POST-CODE, zip, zip_code, homeZipCode, postal_code, home_address, neighborhood, "
    "Индекс, почтовый индекс, Домашний адрес, Postleitzahl, code_postal, código postal, kod_pocztowy, "
    "pochtovyi_indeks, поштовий_індекс, city district, hometown, район, Регион",
    "age": "age, Age, max_age, AGE_GROUP, ageYears, date_of_birth, birthdate, birth year, dob, a\u0301ge, \u0430ge, "
    "возраст, Дата рождения, год_рождения, до 35 лет, вoзраст, vozrast, Alter, âge, edad, età, wiek, вік",
    "sex": "sex, Gender, is_female, male, s\u0435x, пол, ПОЛ, женщины, pol, Geschlecht, sexe, sexo, género, sesso, "
    "płeć, стать",
    "origin": "nationality, ethnicity, ethnic-group, race, citizenship, skin colour, native_language, "
    "национальность, гражданство, цвет кожи, раса, мигранты, nacionalidad, natsionalnost, grazhdanstvo, last_name, "
    "фамилия, отчество",
    "family": "marital_status, maritalStatus, married, children, pregnancy, parental_leave, kids, "
    "семейное положение, Семейное_Положение, дети, беременность, декрет, single_parent, mother, мать_одиночка",
    "union": "union, trade_union, trade union membership, union-member, профсоюз, членство в профсоюзе",
    "belief": "religion, religious, political_views, party, религия, вероисповедание, партийность",
    "health": "health, disability, sick_leave, sick days, diagnosis, здоровье, инвалидность, больничный",
    "private_life": "sexual_orientation, criminal_record, photo, appearance, судимость, внешность",
    "emotion": "emotion, emotion_score, voice_tone, эмоции",
}
LAWFUL = [
    *Measure,
    *("agent", "average", "language_test", "manager", "stage", "percentage", "message_rate", "coverage", "usage"),
    *("sector", "pace", "brace", "trace", "interface", "namespace", "participation", "politeness", "reunion_rate"),
    *("alternative", "retention", "detail", "capacity", "velocity", "metadata", "statement", "regional_expertise"),
    *("тон ответа", "полнота ответа", "польза", "индексация", "качество", "скорость", "полезность", "летний план"),
]


@pytest.mark.parametrize(
    ("ground", "name"),
    [(ground, name) for ground, names in SPELLINGS.items() for name in names.split(", ")],
)
def test_a_forbidden_name_is_known_in_every_spelling(ground: str, name: str) -> None:
    assert forbidden_ground(name) == ground


@pytest.mark.parametrize("name", LAWFUL)
def test_a_lawful_name_is_left_alone(name: str) -> None:
    assert forbidden_ground(name) is None


def test_every_ground_is_shown_here() -> None:
    assert set(SPELLINGS) == set(GROUNDS)
