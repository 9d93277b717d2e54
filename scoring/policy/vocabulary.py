"""The names of things in a policy, in both languages, and how numbers and nouns go together in each."""

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.policy.document import (
    PASS_PERCENT,
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


@dataclass(frozen=True)
class Noun:
    """A counted noun: English one and many; Russian 1, 2 to 4, and 5; Russian genitive after "at least" for 1."""

    one: str
    many: str
    ru_one: str
    ru_few: str
    ru_many: str
    ru_genitive: str


MONTH = Noun("month", "months", "месяц", "месяца", "месяцев", "месяца")
DAY = Noun("day", "days", "день", "дня", "дней", "дня")
PLACE = Noun("place", "places", "место", "места", "мест", "места")
CHAT = Noun("chat", "chats", "чат", "чата", "чатов", "чата")

EVIDENCE_NOUNS: Mapping[Measure, Noun] = {
    Measure.TENURE: Noun(
        "work record", "work records", "запись о работе", "записи о работе", "записей о работе", "записи о работе"
    ),
    Measure.TECHNICAL_SUPPORT: Noun(
        "work record", "work records", "запись о работе", "записи о работе", "записей о работе", "записи о работе"
    ),
    Measure.KNOWLEDGE_TEST: Noun(
        "test result", "test results", "результат теста", "результата теста", "результатов теста", "результата теста"
    ),
    Measure.TEST_TASK: Noun("grading", "gradings", "проверка", "проверки", "проверок", "проверки"),
    Measure.CUSTOMER_RATING: Noun("rating", "ratings", "оценка", "оценки", "оценок", "оценки"),
    Measure.VIRAL_CHATS: Noun(
        "verified incident",
        "verified incidents",
        "подтверждённый случай",
        "подтверждённых случая",
        "подтверждённых случаев",
        "подтверждённого случая",
    ),
    Measure.INVOLVEMENT: Noun("reference", "references", "отзыв", "отзыва", "отзывов", "отзыва"),
    Measure.CULTURE: Noun("reference", "references", "отзыв", "отзыва", "отзывов", "отзыва"),
    Measure.EFFICIENCY: CHAT,
}

MEASURES: Mapping[Measure, Text] = {
    Measure.TENURE: Text("Length of service", "Стаж"),
    Measure.TECHNICAL_SUPPORT: Text("Technical support", "Техническая поддержка"),
    Measure.KNOWLEDGE_TEST: Text("Knowledge test", "Тест на знание продукта"),
    Measure.TEST_TASK: Text("Test task", "Тестовое задание"),
    Measure.CUSTOMER_RATING: Text("Customer ratings", "Оценки клиентов"),
    Measure.VIRAL_CHATS: Text("Viral chats", "Вирусные чаты"),
    Measure.INVOLVEMENT: Text("Involvement", "Вовлечённость"),
    Measure.CULTURE: Text("Inner culture", "Внутренняя культура"),
    Measure.EFFICIENCY: Text("Efficiency", "Эффективность"),
}
ROLES: Mapping[Role, Text] = {
    Role.GATE: Text("must hold", "обязательное условие"),
    Role.ANY_OF: Text("one of several", "одно из нескольких"),
    Role.VETO: Text("stops until people have looked", "пауза до решения людей"),
    Role.WEIGHT: Text("counts into the score", "входит в балл"),
}
REQUIREMENTS: Mapping[Requirement, Text] = {
    Requirement.PRODUCT_KNOWLEDGE: Text("knowledge of the product", "знание продукта"),
    Requirement.INVOLVEMENT: Text("involvement in the company's processes", "вовлечённость в процессы компании"),
    Requirement.CULTURE: Text("understanding of the inner culture", "понимание внутренней культуры"),
    Requirement.PUBLIC_COMMUNICATION: Text("public communication", "публичная коммуникация"),
    Requirement.ECONOMIC_EFFICIENCY: Text("economic efficiency", "экономическая эффективность"),
    Requirement.POLICY: Text("a rule of the house", "правило компании"),
}
QUALITIES: Mapping[Quality, Text] = {
    Quality.PRODUCTIVITY: Text("productivity", "производительность труда"),
    Quality.QUALIFICATION: Text("qualification", "квалификация"),
    Quality.LENGTH_OF_SERVICE: Text("length of service", "стаж"),
}
APPROVERS: Mapping[Approver, Text] = {
    Approver.LINE_MANAGER: Text("the line manager", "линейный руководитель"),
    Approver.HEAD_OF_PUBLIC_COMMUNICATIONS: Text(
        "the head of public communications", "руководитель публичных коммуникаций"
    ),
}
UNITS: Mapping[Unit, Text] = {
    Unit.MONTHS: Text("months", "месяцы"),
    Unit.YES_NO: Text("yes or no", "да или нет"),
    Unit.SHARE: Text("share, 0 to 1", "доля, от 0 до 1"),
    Unit.LEVEL: Text("level, 1 to 5", "уровень, от 1 до 5"),
    Unit.PERCENT: Text("percent of what can be reached", "процент от возможного"),
    Unit.PROBABILITY: Text(
        f"probability of truly reaching {PASS_PERCENT} percent",
        f"вероятность действительно достичь {PASS_PERCENT} процентов",
    ),
    Unit.CHATS: Text("chats", "чаты"),
    Unit.SEVERITY: Text("severity, 1 to 4", "тяжесть, от 1 до 4"),
}
WHEN_MISSING: Mapping[WhenMissing, Text] = {
    WhenMissing.PRIOR: Text("the average stands in", "берётся среднее"),
    WhenMissing.INCOMPLETE: Text("incomplete", "нужно дособрать"),
    WhenMissing.NOT_MET: Text("does not hold yet", "пока не выполнено"),
}
ORDERS: Mapping[Order, Text] = {Order.SCORE: Text("by score", "по баллу"), Order.LOT: Text("by lot", "по жребию")}
EFFECTS: Mapping[Effect, Text] = {Effect.HOLD: Text("on hold until people have looked", "пауза до решения людей")}

_NAMES: Mapping[str, Mapping[str, Text]] = {
    "criterion": {str(key): name for key, name in MEASURES.items()},
    "role": {str(key): name for key, name in ROLES.items()},
    "unit": {str(key): name for key, name in UNITS.items()},
    "requirement": {str(key): name for key, name in REQUIREMENTS.items()},
    "quality": {str(key): name for key, name in QUALITIES.items()},
    "when_missing": {str(key): name for key, name in WHEN_MISSING.items()},
    "order": {str(key): name for key, name in ORDERS.items()},
    "effect": {str(key): name for key, name in EFFECTS.items()},
    "approvals": {str(key): name for key, name in APPROVERS.items()},
}

# Short names of keys, for lists of changes.
LABELS: Mapping[str, Text] = {
    "format": Text("Format", "Формат"),
    "name": Text("Name", "Имя"),
    "title": Text("Title", "Название"),
    "purpose": Text("Purpose", "Цель"),
    "places": Text("Places", "Мест"),
    "order": Text("Order", "Порядок"),
    "approvals": Text("Approvals", "Утверждают"),
    "window_months": Text("Evidence window, months", "Период данных, месяцев"),
    "half_life_days": Text("Half-life of evidence, days", "Полураспад данных, дней"),
    "leave_counts_in_tenure": Text("Leave counts as time served", "Отпуск входит в стаж"),
    "clear": Text("Clear from this probability", "Ответ «да» с вероятности"),
    "borderline": Text("Not met below this probability", "Ответ «пока нет» ниже вероятности"),
    "reliability": Text("Least reliability", "Наименьшая надёжность"),
    "valid_months": Text("Certificate valid, months", "Сертификат действует, месяцев"),
    "review_after_months": Text("Success reviewed after months", "Успех оценивают через столько месяцев"),
    "group": Text("group", "группа"),
    "cut": Text("cut", "порог"),
    "unit": Text("unit", "единица"),
    "cut_why": Text("reason of the cut", "обоснование порога"),
    "weight": Text("weight", "вес"),
    "effect": Text("effect", "последствие"),
    "why": Text("reason", "обоснование"),
    "requirement": Text("requirement", "требование"),
    "quality": Text("business quality", "деловое качество"),
    "evidence_needed": Text("evidence needed", "нужно данных"),
    "when_missing": Text("when missing", "при нехватке данных"),
}


def named(key: str, word: str, language: str) -> str:
    """How people call a fixed word of the document: named("unit", "months", "ru") is "месяцы".

    A word without a name of its own (a group, a slug) is given back as it is.
    """
    names = _NAMES.get(key, {})
    return names[word].within(language) if word in names else word


def number(value: float, language: str) -> str:
    """A number as written in the language: no idle zeros, a comma in Russian."""
    written = f"{round(value, 6):.10g}"
    return written.replace(".", ",") if language == "ru" else written


def percent(share: float, language: str) -> str:
    """A share of 0 to 1 in percent; Russian keeps a no-break space before the sign."""
    return number(share * 100, language) + ("\u00a0%" if language == "ru" else "%")


def counted(value: float, noun: Noun, language: str) -> str:
    """The number with its noun: 1 month, 6 months; 1 месяц, 2 месяца, 5 месяцев, 1,5 месяца."""
    if language != "ru":
        return f"{number(value, language)} {noun.one if value == 1 else noun.many}"
    return f"{number(value, language)} {_russian(value, noun)}"


def at_least(value: float, noun: Noun, language: str) -> str:
    """The number with its noun after "at least", which takes the genitive in Russian: не меньше 21 месяца."""
    if language != "ru":
        return counted(value, noun, language)
    ends_in_one = value % 10 == 1 and value % 100 != 11
    form = noun.ru_genitive if ends_in_one or value != int(value) else noun.ru_many
    return f"{number(value, language)} {form}"


def _russian(value: float, noun: Noun) -> str:
    if value != int(value):
        return noun.ru_genitive
    last, teens = int(value) % 10, 11 <= int(value) % 100 <= 14
    if last == 1 and not teens:
        return noun.ru_one
    return noun.ru_few if last in (2, 3, 4) and not teens else noun.ru_many
