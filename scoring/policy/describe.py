"""The policy in plain words, English or Russian, for the people whom it concerns."""

from collections.abc import Callable
from dataclasses import dataclass

from scoring.policy.document import PASS_PERCENT, Criterion, Measure, Order, Policy, Role, Text, Unit, WhenMissing
from scoring.policy.vocabulary import (
    APPROVERS,
    CHAT,
    DAY,
    EVIDENCE_NOUNS,
    MEASURES,
    MONTH,
    PLACE,
    QUALITIES,
    REQUIREMENTS,
    at_least,
    counted,
    number,
    percent,
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One part of the description. `topic` is a fixed word for anchors and tests; `items` is a list, often empty."""

    topic: str
    heading: str
    text: str
    items: tuple[str, ...] = ()


def describe(policy: Policy, language: str) -> list[Paragraph]:
    """What the policy says, in "en" or "ru" (any other reads English), in the order in which people ask."""
    rules = [
        _list(policy.gates, "gates", language),
        *(_list(members, "any_of", language) for members in policy.groups.values()),
        _list(policy.vetoes, "vetoes", language),
        _list(policy.weights, "weights", language),
    ]
    return [
        Paragraph("purpose", policy.title.within(language), policy.purpose.within(language)),
        _places(policy, language),
        *(paragraph for paragraph in rules if paragraph.items),
        _evidence(policy, language),
        _verdict(policy, language),
        _approvals(policy, language),
        _certificate(policy, language),
    ]


def rule(one: Criterion, language: str) -> str:
    """The rule of one criterion in one sentence: "Length of service: at least 6 months."."""
    name = MEASURES[one.criterion].within(language)
    if one.role is Role.WEIGHT:
        return _RULE_WEIGHT.within(language).format(name=name, weight=number(one.weight or 0, language))
    assert one.unit is not None
    assert one.cut is not None
    if one.unit is Unit.YES_NO:
        return _FACTS[one.criterion].within(language)
    amount = _AMOUNTS[one.unit](one.cut, language)
    return _RULES[one.unit].within(language).format(name=name, amount=amount, share=_share(one, language))


def explain(one: Criterion, language: str) -> str:
    """The rule with all that belongs to it: evidence, what follows without it, reason, cut, requirement, quality."""
    parts = [rule(one, language), _needed(one, language), _missing(one, language), one.why.within(language)]
    if one.cut_why is not None:
        parts.append(_CUT.within(language).format(reason=one.cut_why.within(language)))
    requirement, quality = REQUIREMENTS[one.requirement], QUALITIES[one.quality]
    serves = _SERVES.within(language)
    parts.append(serves.format(requirement=requirement.within(language), quality=quality.within(language)))
    return " ".join(part for part in parts if part)


def _share(one: Criterion, language: str) -> str:
    return _SHARES[one.criterion].within(language) if one.criterion in _SHARES else ""


def _list(criteria: tuple[Criterion, ...], topic: str, language: str) -> Paragraph:
    heading, text = _HEADINGS[topic]
    items = tuple(explain(one, language) for one in criteria)
    return Paragraph(topic, heading.within(language), text.within(language), items)


def _places(policy: Policy, language: str) -> Paragraph:
    heading, _ = _HEADINGS["places"]
    text = _ORDERS[policy.order].within(language).format(places=counted(policy.places, PLACE, language))
    return Paragraph("places", heading.within(language), text)


def _evidence(policy: Policy, language: str) -> Paragraph:
    heading, text = _HEADINGS["evidence"]
    rules = policy.evidence
    leave = _LEAVE[rules.leave_counts_in_tenure].within(language)
    sentence = text.within(language).format(
        window=counted(rules.window_months, MONTH, language), half_life=counted(rules.half_life_days, DAY, language)
    )
    return Paragraph("evidence", heading.within(language), f"{sentence} {leave}")


def _verdict(policy: Policy, language: str) -> Paragraph:
    heading, text = _HEADINGS["verdict"]
    bounds = policy.verdict
    sentence = text.within(language).format(
        clear=percent(bounds.clear, language),
        borderline=percent(bounds.borderline, language),
        reliability=number(bounds.reliability, language),
    )
    return Paragraph("verdict", heading.within(language), sentence)


def _approvals(policy: Policy, language: str) -> Paragraph:
    heading, text = _HEADINGS["approvals"]
    people = tuple(APPROVERS[one].within(language) for one in policy.approvals)
    return Paragraph("approvals", heading.within(language), text.within(language), people)


def _certificate(policy: Policy, language: str) -> Paragraph:
    heading, text = _HEADINGS["certificate"]
    sentence = text.within(language).format(
        valid=counted(policy.certificate_months, MONTH, language),
        review=counted(policy.review_after_months, MONTH, language),
    )
    return Paragraph("certificate", heading.within(language), sentence)


def _needed(one: Criterion, language: str) -> str:
    if one.evidence_needed == 1:
        return ""
    amount = at_least(one.evidence_needed, EVIDENCE_NOUNS[one.criterion], language)
    return _NEEDED.within(language).format(amount=amount)


def _missing(one: Criterion, language: str) -> str:
    if one.role is Role.VETO:
        return _NO_INCIDENT.within(language)
    return _MISSING[one.when_missing].within(language)


_AMOUNTS: dict[Unit, Callable[[float, str], str]] = {
    Unit.MONTHS: lambda cut, language: at_least(cut, MONTH, language),
    Unit.SHARE: percent,
    Unit.LEVEL: number,
    Unit.PERCENT: lambda cut, language: percent(cut / 100, language),
    Unit.PROBABILITY: percent,
    Unit.CHATS: lambda cut, language: at_least(cut, CHAT, language),
    Unit.SEVERITY: number,
}
_RULES: dict[Unit, Text] = {
    Unit.MONTHS: Text("{name}: at least {amount}.", "{name}: не меньше {amount}."),
    Unit.SHARE: Text("{name}: at least {amount} {share}.", "{name}: не меньше {amount} {share}."),
    Unit.LEVEL: Text(
        "{name}: at least {amount} on the scale of 1 to 5.", "{name}: не ниже {amount} по шкале от 1 до 5."
    ),
    Unit.PERCENT: Text(
        "{name}: at least {amount} of what can be reached.", "{name}: не меньше {amount} от возможного."
    ),
    Unit.PROBABILITY: Text(
        f"{{name}}: the true result is {PASS_PERCENT} % or more with a probability of at least {{amount}}.",
        f"{{name}}: истинный результат не ниже {PASS_PERCENT} % с вероятностью не меньше {{amount}}.",
    ),
    Unit.CHATS: Text(
        "{name}: at least {amount} verified as praise.", "{name}: не меньше {amount} с подтверждённой похвалой."
    ),
    Unit.SEVERITY: Text(
        "{name}: a verified negative incident of severity {amount} or more, on the scale of 1 to 4.",
        "{name}: подтверждённый негативный случай тяжести {amount} и выше по шкале от 1 до 4.",
    ),
}
_FACTS: dict[Measure, Text] = {
    Measure.TECHNICAL_SUPPORT: Text("Technical support: works there.", "Техническая поддержка: работает в ней."),
    Measure.TEST_TASK: Text(
        "Test task: graders agree that the answer puts the company's reputation at risk.",
        "Тестовое задание: проверяющие согласны, что ответ опасен для репутации компании.",
    ),
}
_SHARES: dict[Measure, Text] = {
    Measure.CUSTOMER_RATING: Text("satisfied customers", "довольных клиентов"),
    Measure.INVOLVEMENT: Text("of the highest level", "от высшего уровня"),
    Measure.CULTURE: Text("of the highest level", "от высшего уровня"),
    Measure.EFFICIENCY: Text("of cases solved", "решённых обращений"),
}
_RULE_WEIGHT = Text("{name}: weight {weight} of 100.", "{name}: вес {weight} из 100.")
_NEEDED = Text("Needed: at least {amount}.", "Нужно не меньше {amount}.")
_CUT = Text("How the cut was set: {reason}", "Как выбран порог: {reason}")
_SERVES = Text(
    "Serves: {requirement}; business quality: {quality}.", "Требование: {requirement}; деловое качество: {quality}."
)
_NO_INCIDENT = Text("Without such a case nothing happens.", "Нет такого случая — ничего не происходит.")
_MISSING: dict[WhenMissing, Text] = {
    WhenMissing.PRIOR: Text(
        "Without enough evidence the average of all stands in, with its larger doubt.",
        "Если данных не хватает, берётся среднее по всем с его большей неопределённостью.",
    ),
    WhenMissing.INCOMPLETE: Text(
        "Without enough evidence the case is incomplete and more is gathered.",
        "Если данных не хватает, их нужно дособрать.",
    ),
    WhenMissing.NOT_MET: Text(
        "Without enough evidence it does not hold yet.", "Если данных не хватает, условие пока не выполнено."
    ),
}
_ORDERS: dict[Order, Text] = {
    Order.SCORE: Text(
        "There are {places}. If more people pass, those with the higher score go first.",
        "Всего {places}. Если прошло больше людей, первыми идут те, у кого балл выше.",
    ),
    Order.LOT: Text(
        "There are {places}. If more people pass, a recorded lot decides who goes first.",
        "Всего {places}. Если прошло больше людей, очередь решает жребий, и он записывается.",
    ),
}
_LEAVE: dict[bool, Text] = {
    True: Text("Leave counts as time served.", "Отпуск входит в стаж."),
    False: Text("Leave does not count as time served.", "Отпуск не входит в стаж."),
}
_HEADINGS: dict[str, tuple[Text, Text]] = {
    "places": (Text("Places", "Места"), Text("", "")),
    "gates": (Text("What must hold", "Что обязательно"), Text("All of this must hold.", "Должно выполняться всё.")),
    "any_of": (
        Text("What opens the door", "Что открывает дверь"),
        Text("At least one of these must hold.", "Должно выполняться хотя бы одно."),
    ),
    "vetoes": (
        Text("What stops", "Что ставит на паузу"),
        Text(
            "This puts a candidate on hold until people have looked into it and the candidate has been heard. Nobody "
            "is excluded for ever.",
            "Это ставит кандидата на паузу, пока люди не разберутся и не выслушают его. Навсегда не исключают никого.",
        ),
    ),
    "weights": (
        Text("What counts into the score", "Что входит в балл"),
        Text(
            "Each result is compared with those of all candidates and counts with its weight.",
            "Каждый результат сравнивается с результатами всех кандидатов и входит со своим весом.",
        ),
    ),
    "evidence": (
        Text("Which evidence counts", "Какие данные учитываются"),
        Text(
            "Evidence of the {window} before the score counts; after {half_life} it counts half. Ratings are adjusted "
            "for the kind of cases, and with few ratings a result stays near the average.",
            "Учитываются данные за {window} до подсчёта; через {half_life} они весят вдвое меньше. Оценки пересчитаны "
            "с учётом вида обращений, а если их мало, результат остаётся близко к среднему.",
        ),
    ),
    "verdict": (
        Text("How sure one must be", "Насколько нужно быть уверенным"),
        Text(
            "With a probability of {clear} or more the answer is yes, below {borderline} it is not yet; in between "
            "people look or the candidate tries again. Evidence with a reliability under {reliability} gives no "
            "answer.",
            "При вероятности {clear} и выше ответ — да, ниже {borderline} — пока нет; в промежутке решают люди или "
            "кандидат пробует ещё раз. Данные с надёжностью ниже {reliability} ответа не дают.",
        ),
    ),
    "approvals": (
        Text("Who decides", "Кто решает"),
        Text(
            "A score decides nothing by itself: people decide on every candidate, below the line too, and give a "
            "reason. Every promotion is approved by name by:",
            "Балл сам ничего не решает: по каждому кандидату, в том числе не прошедшему, решают люди и пишут причину. "
            "Каждое повышение лично утверждают:",
        ),
    ),
    "certificate": (
        Text("What comes after", "Что потом"),
        Text(
            "The certificate is valid for {valid}. Success is reviewed {review} after the promotion by people who do "
            "not know the score.",
            "Сертификат действует {valid}. Через {review} после повышения успех оценивают люди, не знающие балла.",
        ),
    ),
}
