"""What no policy may look at, however it is spelled.

Sources: Russian Labour Code art. 3, 64 and 86(4)-(5) and Federal Law 152-FZ art. 10 (no union, belief or health data,
only business qualities); GDPR art. 9; AI Act art. 5(1)(f) (no emotion recognition at work); Illinois HB 3773 (no post
code as a stand-in for origin).
"""

import re
import unicodedata

from scoring.policy.document import Text

# A stem matches the beginning of a word (or of words run together), a word only itself: "age" must not catch "agent".
_STEMS = {
    "post_code": "postcod postalcod zipcod plz postindex homeaddress postleitzahl codepostal codigopostal codepostale "
    "kodpocztow pochtov hometown почтовыйиндекс домашнийадрес поштовийіндекс",
    "age": "birth dateofbirth vozrast pension geburt naissance nacimiento возраст рожден пенсион народжен",
    "sex": "gender geschlecht female pronoun женщин мужчин",
    "origin": "national nacional nazional natsional ethnic citizen grazhdan racial birthplace immigra skincolo "
    "mothertongue nativelang accent surname lastname национальн гражданств этнич этнос мигрант цветкожи "
    "роднойязык акцент фамили отчеств",
    "family": "marital marriage married spouse children childcare pregnan parental maternity singlepar "
    "семейн брак супруг детей дети беремен декрет матьодиноч отецодиноч",
    "union": "union tradeunion laborunion labourunion profsoyuz профсоюз",
    "belief": "relig church politic belief faith религ вероисповед политич убежден партий",
    "health": "health disab disease illness sickleave sickday medical diagnos genetic "
    "здоров инвалид болезн больничн медицин диагноз генетич",
    "private_life": "sexual criminalrecord biometr appearance photo attractive "
    "сексуальн судимост биометр внешност фото",
    "emotion": "emotion facialexp voicetone moodrecog эмоци",
}
_WORDS = {
    "post_code": "zip postal address residence neighbourhood neighborhood city town district region indeks індекс "
    "индекс адрес город район регион",
    "age": "age ages dob yob alter edad eta wiek лет вік",
    "sex": "sex male man woman pol sexe sexo sesso genero plec płec пол стать",
    "origin": "race nation origin раса нация",
    "family": "kids child family mother father семья мать отец",
    "belief": "party партия",
    "health": "sick",
    "emotion": "mood",
}
GROUNDS: dict[str, Text] = {
    "post_code": Text("where somebody lives", "место жительства"),
    "age": Text("age", "возраст"),
    "sex": Text("sex", "пол"),
    "origin": Text("origin", "происхождение"),
    "family": Text("family life", "семейное положение"),
    "union": Text("union membership", "членство в профсоюзе"),
    "belief": Text("what somebody believes", "убеждения человека"),
    "health": Text("health", "здоровье"),
    "private_life": Text("private life", "частная жизнь"),
    "emotion": Text("a guess at feelings", "догадка о чувствах"),
}
_LOOKALIKES = ("асеорхукмтв", "aceopxykmtb")
_TO_LATIN = str.maketrans(*_LOOKALIKES)
_TO_CYRILLIC = str.maketrans(*reversed(_LOOKALIKES))


def forbidden_ground(name: str) -> str | None:
    """The ground in GROUNDS on which `name` is forbidden, or None if nothing speaks against it.

    Spellings are compared without case, accents, spaces, hyphens, underscores, camelCase and Cyrillic look-alikes.
    """
    folded = _folded(name)
    spellings = (folded, folded.translate(_TO_LATIN), folded.translate(_TO_CYRILLIC))
    return next((ground for spelling in spellings for ground in _grounds(spelling)), None)


def _folded(name: str) -> str:
    parts = re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])", " ", unicodedata.normalize("NFKC", name))
    bare = unicodedata.normalize("NFD", parts.casefold().replace("й", "\0"))
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return kept.replace("\0", "й")


def _grounds(spelling: str) -> list[str]:
    words = [word for word in re.split(r"[\W\d_]+", spelling) if word]
    # Words run together with what follows, so that "post code" and "postcode" are the same.
    tails = ["".join(words[start:]) for start in range(len(words))]
    stems = [ground for ground, known in _STEMS.items() if any(tail.startswith(tuple(known.split())) for tail in tails)]
    return stems + [ground for ground, known in _WORDS.items() if not set(words).isdisjoint(known.split())]
