"""The keys of the document, in one table: checks, the JSON Schema, comments and forms are all drawn from it."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from scoring.policy.document import (
    Approver,
    Effect,
    Measure,
    Order,
    Quality,
    Requirement,
    Role,
    Text,
    Unit,
    WhenMissing,
)

FORMAT = 1
SLUG = r"^[a-z][a-z0-9-]{0,59}$"
GROUP = r"^[a-z][a-z0-9_]{0,39}$"


class Kind(Enum):
    """What a value may be."""

    WHOLE = Text("a whole number", "целое число")
    NUMBER = Text("a number", "число")
    FLAG = Text("true or false", "true или false")
    SLUG = Text("a short name in quotes", "короткое имя в кавычках")
    WORDS = Text("a table with en and ru", "таблица с ключами en и ru")
    SENTENCE = Text("words in quotes", "слова в кавычках")
    CHOICE = Text("one of the known words, in quotes", "одно из известных слов в кавычках")
    CHOICES = Text("a list of known words in square brackets", "список известных слов в квадратных скобках")
    TABLE = Text("a section, headed by its name in square brackets", "раздел с именем в квадратных скобках")
    BLOCKS = Text(
        "a list of blocks, each headed by [[criteria]] with two brackets on each side",
        "список блоков, каждый под заголовком [[criteria]] с двойными скобками",
    )


@dataclass(frozen=True)
class Field:
    """One key: what it holds, between which bounds, and what it means in both languages."""

    key: str
    kind: Kind
    hint: Text
    low: float = 0
    high: float = 0
    choices: type[StrEnum] | None = None
    pattern: str = SLUG
    required: bool = True


HEADING = (
    Field("format", Kind.WHOLE, Text("Version of this format.", "Версия формата."), FORMAT, FORMAT),
    Field(
        "name",
        Kind.SLUG,
        Text("Short name: small letters, digits and hyphens.", "Короткое имя: строчные латинские буквы, цифры, дефис."),
    ),
    Field("title", Kind.WORDS, Text("The title that people see.", "Название, которое видят люди."), high=120),
    Field(
        "purpose", Kind.WORDS, Text("What the policy is for, in a few sentences.", "Для чего эта политика."), high=1000
    ),
    Field("places", Kind.WHOLE, Text("Places in the department.", "Мест в отделе."), 1, 10_000),
    Field(
        "order",
        Kind.CHOICE,
        Text(
            'Who goes first when more pass than there are places: "score" or "lot".',
            "Кто первый, если прошедших больше, чем мест: score (по баллу) или lot (по жребию).",
        ),
        choices=Order,
    ),
    Field(
        "approvals",
        Kind.CHOICES,
        Text(
            "Who approves every promotion by name; a score alone never decides.",
            "Кто лично утверждает каждое повышение; один балл ничего не решает.",
        ),
        choices=Approver,
    ),
)
EVIDENCE = (
    Field(
        "window_months",
        Kind.WHOLE,
        Text("Evidence older than this many months does not count.", "Данные старше стольких месяцев не учитываются."),
        1,
        60,
    ),
    Field(
        "half_life_days",
        Kind.WHOLE,
        Text("After this many days evidence counts half.", "Через столько дней данные весят вдвое меньше."),
        7,
        3650,
    ),
    Field(
        "leave_counts_in_tenure",
        Kind.FLAG,
        Text(
            "Is leave, parental leave too, time served?", "Входит ли отпуск, в том числе по уходу за ребёнком, в стаж?"
        ),
    ),
)
VERDICT = (
    Field(
        "clear",
        Kind.NUMBER,
        Text("From this probability on, the answer is yes.", "С этой вероятности ответ — да."),
        0.5,
        0.99,
    ),
    Field(
        "borderline",
        Kind.NUMBER,
        Text(
            'Below this probability the answer is "not yet"; in between people look.',
            "Ниже этой вероятности ответ — «пока нет»; в промежутке решают люди.",
        ),
        0.01,
        0.5,
    ),
    Field(
        "reliability",
        Kind.NUMBER,
        Text(
            "Evidence less reliable than this gives no verdict.",
            "Данные с меньшей надёжностью не дают ответа.",
        ),
        0,
        0.95,
    ),
)
CERTIFICATE = (
    Field(
        "valid_months",
        Kind.WHOLE,
        Text("A certificate is valid for this many months.", "Сертификат действует столько месяцев."),
        1,
        60,
    ),
)
OUTCOME = (
    Field(
        "review_after_months",
        Kind.WHOLE,
        Text(
            "Success is reviewed this many months after the promotion, by people who do not know the score.",
            "Через столько месяцев после повышения успех оценивают люди, не знающие балла.",
        ),
        3,
        24,
    ),
)
CRITERION = (
    Field("criterion", Kind.CHOICE, Text("What is looked at.", "На что смотрим."), choices=Measure),
    Field(
        "role",
        Kind.CHOICE,
        Text(
            "gate: must hold; any_of: one of its group must; veto: stops until people have looked; weight: counts.",
            "gate: обязательно; any_of: хватит одного из группы; veto: пауза до решения людей; weight: входит в балл.",
        ),
        choices=Role,
    ),
    Field(
        "group",
        Kind.SLUG,
        Text("any_of only: the name of its group.", "Только для any_of: имя группы."),
        pattern=GROUP,
        required=False,
    ),
    Field(
        "cut",
        Kind.NUMBER,
        Text("At least this much (not for weights).", "Не меньше этого (не для weight)."),
        0,
        1000,
        required=False,
    ),
    Field("unit", Kind.CHOICE, Text("What the cut counts.", "В чём измеряется порог."), choices=Unit, required=False),
    Field(
        "cut_why",
        Kind.WORDS,
        Text("How the cut was set.", "Как выбран порог."),
        high=600,
        required=False,
    ),
    Field(
        "weight",
        Kind.NUMBER,
        Text("weight only: all weights add up to 100.", "Только для weight: сумма всех весов равна 100."),
        0.01,
        100,
        required=False,
    ),
    Field(
        "effect",
        Kind.CHOICE,
        Text(
            'veto only: "hold", people look and the agent is heard; never exclusion for ever.',
            "Только для veto: hold — пауза, решают люди, сотрудник высказывается; никогда не исключение навсегда.",
        ),
        choices=Effect,
        required=False,
    ),
    Field("why", Kind.WORDS, Text("Why the job needs it.", "Зачем это нужно для работы."), high=600),
    Field(
        "requirement",
        Kind.CHOICE,
        Text("Which requirement of the department it serves.", "Какому требованию отдела служит."),
        choices=Requirement,
    ),
    Field(
        "quality",
        Kind.CHOICE,
        Text(
            "The business quality it belongs to; the law knows these three only.",
            "К какому деловому качеству относится; закон знает только эти три.",
        ),
        choices=Quality,
    ),
    Field(
        "evidence_needed",
        Kind.WHOLE,
        Text("The least number of ratings, results or references.", "Наименьшее число оценок, работ или отзывов."),
        1,
        100_000,
    ),
    Field(
        "when_missing",
        Kind.CHOICE,
        Text(
            "prior: the average, with its doubt; incomplete: ask for more; not_met: does not hold yet.",
            "prior: среднее с его неопределённостью; incomplete: дособрать; not_met: пока не выполнено.",
        ),
        choices=WhenMissing,
    ),
)

SECTIONS: dict[str, tuple[Field, ...]] = {
    "evidence": EVIDENCE,
    "verdict": VERDICT,
    "certificate": CERTIFICATE,
    "outcome": OUTCOME,
}

# Which optional keys an entry must have in each role; it must not have the others.
ROLE_KEYS: dict[Role, tuple[str, ...]] = {
    Role.GATE: ("cut", "unit", "cut_why"),
    Role.ANY_OF: ("group", "cut", "unit", "cut_why"),
    Role.VETO: ("cut", "unit", "cut_why", "effect"),
    Role.WEIGHT: ("weight",),
}
OPTIONAL_KEYS = tuple(field.key for field in CRITERION if not field.required)


def hint(section: str, key: str) -> Text:
    """What a key means, for forms and comments. `section` is "", "criteria" or a name in SECTIONS.

    Raises KeyError for a key that the document does not have.
    """
    fields = {"": HEADING, "criteria": CRITERION, **SECTIONS}[section]
    return {field.key: field.hint for field in fields}[key]
