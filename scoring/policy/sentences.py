"""The sentences of every refusal, in both languages: the fault first, then the remedy."""

from scoring.policy.document import Text

SENTENCES: dict[str, Text] = {
    # the text
    "empty_document": Text(
        "the document is empty. Start from one of the presets, or paste a policy.",
        "документ пуст. Начните с готового образца или вставьте политику.",
    ),
    "too_large": Text(
        "the document has {size} bytes; a policy has at most {most}. Shorten the texts and comments.",
        "в документе {size} байт, а в политике не больше {most}. Сократите тексты и комментарии.",
    ),
    "too_deep": Text(
        "brackets or dots go more than {most} deep. A policy needs one level: close the brackets, shorten the key.",
        "скобки или точки уходят глубже {most}. Политике хватает одного уровня: закройте скобки, сократите ключ.",
    ),
    "broken_toml": Text(
        'this line cannot be read: {reason}. Write one "key = value" to a line, and words in straight quotes.',
        "эта строка не читается: {reason}. Пишите по одному «ключ = значение» в строке, слова — в прямых кавычках.",
    ),
    "broken_json": Text(
        "the JSON cannot be read from here on. Export the policy again, or write it as TOML.",
        "отсюда JSON не читается. Выгрузите политику ещё раз или запишите её в TOML.",
    ),
    "duplicate_key": Text(
        "this key or section was written before. Keep one of the two.",
        "такой ключ или раздел уже есть. Оставьте один из двух.",
    ),
    "typographic_quotes": Text(
        'the quotes here are curly. Use the straight ones: "like this".',
        'здесь типографские кавычки. Поставьте прямые: "вот так".',
    ),
    "decimal_comma": Text(
        "the number {value} is written with a comma. Write it with a point: {remedy}.",
        "число {value} записано через запятую. Поставьте точку: {remedy}.",
    ),
    "unknown_format": Text(
        "format {value} is not known here. This version reads format {known}: write format = {known}.",
        "формат {value} здесь неизвестен. Эта версия читает формат {known}: напишите format = {known}.",
    ),
    # the keys
    "unknown_key": Text(
        'there is no key "{key}" here. Known keys: {known}. {guess}',
        "ключа «{key}» здесь нет. Известные ключи: {known}. {guess}",
    ),
    "missing_key": Text(
        'the key "{key}" is missing. Add it; it must be {kind}. {about} {choices}',
        "нет ключа «{key}». Добавьте его; требуется: {kind}. {about} {choices}",
    ),
    "missing_for_role": Text(
        '{criterion} as "{role}" needs the key "{key}". Add it, or choose another role. {about}',
        "{criterion} в роли {role} требует ключа «{key}». Добавьте его или выберите другую роль. {about}",
    ),
    "key_not_for_role": Text(
        '{criterion} as "{role}" has no key "{key}". Take the key out, or choose another role.',
        "у {criterion} в роли {role} нет ключа «{key}». Уберите ключ или выберите другую роль.",
    ),
    "wrong_type": Text(
        '"{key}" is {value}; it must be {kind}. Correct the value.',
        "«{key}» сейчас {value}, а требуется: {kind}. Исправьте значение.",
    ),
    "empty_text": Text(
        '"{key}" is empty. Write it in words: people will read it.',
        "«{key}» пуст. Напишите словами: это прочтут люди.",
    ),
    "too_long": Text(
        '"{key}" has {size} characters; at most {most} fit. Shorten it.',
        "в «{key}» {size} знаков, помещается {most}. Сократите.",
    ),
    "hidden_character": Text(
        '"{key}" holds an invisible character ({value}). Delete it, or type the text again.',
        "в «{key}» есть невидимый знак ({value}). Удалите его или наберите текст заново.",
    ),
    "bad_name": Text(
        '"{value}" cannot stand for "{key}". Use small Latin letters, digits and hyphens (in a group, '
        "underscores), beginning with a letter.",
        "«{value}» не годится для «{key}». Используйте строчные латинские буквы, цифры и дефис (в группе — "
        "подчёркивание), первой — букву.",
    ),
    "out_of_range": Text(
        '"{key}" is {value}; it must lie between {low} and {high}. Choose a number within.',
        "«{key}» равно {value}, а должно быть от {low} до {high}. Выберите число в этих пределах.",
    ),
    "unknown_word": Text(
        '"{value}" is not known for "{key}". Choose one of: {known}. {guess}',
        "«{value}» не подходит для «{key}». Выберите одно из: {known}. {guess}",
    ),
    "repeated_word": Text(
        '"{value}" stands twice in "{key}". Keep it once.',
        "«{value}» в «{key}» записано дважды. Оставьте один раз.",
    ),
    "nobody_decides": Text(
        "the list of approvals is empty, so no person would decide. Name at least one of: {known}.",
        "список утверждающих пуст, и никто из людей не решал бы. Назовите хотя бы одного из: {known}.",
    ),
    "forbidden_criterion": Text(
        '"{value}" may not be looked at ({ground}): it says nothing about how the work is done, and the '
        "law forbids it. Take it out; use productivity, qualification or length of service.",
        "«{value}» учитывать нельзя ({ground}): это ничего не говорит о работе, и закон это запрещает. "
        "Уберите; учитываются производительность, квалификация и стаж.",
    ),
    "unknown_criterion": Text(
        '"{value}" is not a criterion. Choose one of: {known}. {guess}',
        "«{value}» — не критерий. Выберите один из: {known}. {guess}",
    ),
    "unknown_quality": Text(
        '"{value}" is not a business quality. Only these may decide a promotion: {known}. Choose one of them.',
        "«{value}» — не деловое качество. Повышение могут решать только: {known}. Выберите одно из них.",
    ),
    "automatic_exclusion": Text(
        'a veto cannot "{value}": nobody is excluded for ever by a rule. Write effect = "hold"; people look, and the '
        "agent is heard.",
        'вето не может «{value}»: правило никого не исключает навсегда. Напишите effect = "hold": решают люди, '
        "сотрудник высказывается.",
    ),
    # the sense
    "duplicate_criterion": Text(
        '{criterion} as "{role}" is already there in [[criteria]] block {first}. Keep one of the two blocks.',
        "{criterion} в роли {role} уже есть в блоке [[criteria]] номер {first}. Оставьте один из двух блоков.",
    ),
    "contradictory_gates": Text(
        "{criterion} is a gate twice, with a cut of {one} ({one_unit}) and of {other} ({other_unit}); the "
        "two contradict each other. Keep one gate.",
        "{criterion} стоит обязательным дважды, с порогом {one} ({one_unit}) и {other} ({other_unit}); это "
        "противоречие. Оставьте одно условие.",
    ),
    "weights_do_not_add_up": Text(
        "the weights add up to {total}, not to 100. Change them by {gap} in all.",
        "сумма весов {total}, а не 100. Измените их в сумме на {gap}.",
    ),
    "role_not_for_criterion": Text(
        '{criterion} cannot be used as "{role}". It can be: {known}. Choose one of these roles.',
        "{criterion} не бывает в роли {role}. Возможные роли: {known}. Выберите одну из них.",
    ),
    "unit_not_for_criterion": Text(
        '{criterion} as "{role}" is not measured in "{unit}". Choose one of: {known}.',
        "{criterion} в роли {role} не измеряется в «{unit}». Выберите: {known}.",
    ),
    "nobody_can_meet": Text(
        'nobody could ever meet {criterion} with a cut of {cut}: its scale in "{unit}" ends at {top}. '
        "Choose a cut from {low} to {high}.",
        "порог {cut} для {criterion} не выполнит никто: шкала в «{unit}» кончается на {top}. Выберите "
        "порог от {low} до {high}.",
    ),
    "everybody_meets": Text(
        'everybody meets {criterion} with a cut of {cut} in "{unit}", so it decides nothing. Choose a cut '
        "from {low} to {high}.",
        "порог {cut} в «{unit}» для {criterion} выполнит каждый, он ничего не решает. Выберите порог от "
        "{low} до {high}.",
    ),
    "cut_not_whole": Text(
        'the cut of {criterion} in "{unit}" must be whole; {cut} is not. Round it.',
        "порог {criterion} в «{unit}» должен быть целым, а {cut} — не целое. Округлите.",
    ),
    "veto_off_scale": Text(
        'a veto on {criterion} with a cut of {cut} in "{unit}" is not possible. Choose a cut from {low} to {high}.',
        "вето по {criterion} с порогом {cut} в «{unit}» невозможно. Выберите порог от {low} до {high}.",
    ),
    "evidence_nobody_has": Text(
        "nobody can have {needed} pieces of evidence on {criterion}; {most} at most. Lower evidence_needed.",
        "по {criterion} ни у кого не бывает {needed} данных, самое большее {most}. Уменьшите evidence_needed.",
    ),
    "fact_has_no_prior": Text(
        '{criterion} is a fact of the work record: an average cannot stand in for it. Write "incomplete" or "not_met".',
        "{criterion} — факт из личной карточки, среднее его не заменит. Напишите incomplete или not_met.",
    ),
    "missing_counts_as_zero": Text(
        '{criterion} is a weight, and missing evidence is never zero. Write when_missing = "prior" or "incomplete".',
        '{criterion} входит в балл, а нехватка данных — не ноль. Напишите when_missing = "prior" или "incomplete".',
    ),
    "veto_of_the_missing": Text(
        'a veto on {criterion} would stop everybody without an incident. Write when_missing = "not_met".',
        'вето по {criterion} остановило бы всех, с кем ничего не случилось. Напишите when_missing = "not_met".',
    ),
    "lonely_any_of": Text(
        'the any_of group "{group}" has one member, so there is nothing to choose from. '
        "Add another, or make it a gate.",
        "в группе any_of «{group}» один критерий, выбирать не из чего. Добавьте ещё один или сделайте его gate.",
    ),
    "idle_any_of": Text(
        'whoever passes the gate on {criterion} (cut {gate}) also meets the any_of group "{group}" (cut '
        "{cut}): the group decides nothing. Raise the cut in the group, or take out the gate.",
        "кто выполнил обязательное условие {criterion} (порог {gate}), выполнил и группу any_of «{group}» "
        "(порог {cut}): группа ничего не решает. Поднимите порог в группе или уберите условие.",
    ),
    "viral_replaces_task": Text(
        'in the any_of group "{group}" a viral chat could replace the {criterion}. A viral chat opens the door and no '
        "more: make the {criterion} a gate.",
        "в группе any_of «{group}» вирусный чат мог бы заменить {criterion}. Вирусный чат лишь открывает дверь: "
        "сделайте {criterion} обязательным (gate).",
    ),
    "viral_without_task": Text(
        "a viral chat opens the door here, but nothing is asked behind it. Add the test_task as a gate.",
        "вирусный чат здесь открывает дверь, но за ней ничего не спрашивают. Добавьте test_task в роли gate.",
    ),
    "score_without_weights": Text(
        'the order is "score", but no criterion has a weight. Give weights that add up to 100, or write order = "lot".',
        'порядок — score, но ни у одного критерия нет веса. Задайте веса с суммой 100 или напишите order = "lot".',
    ),
    "lot_with_weights": Text(
        'the order is "lot", so this weight would count for nothing. Take it out, or write order = "score".',
        'порядок — lot (жребий), и этот вес ни на что не влияет. Уберите его или напишите order = "score".',
    ),
}
CHOICES = Text("Choose one of: {words}.", "Выберите одно из: {words}.")
GUESS = Text('Did you mean "{word}"?', "Возможно, «{word}»?")

# Why a line is no TOML, by how the reader's own sentence begins; "" stands for everything else.
REASONS: dict[str, Text] = {
    "Expected '='": Text("there is no = after the key", "после ключа нет знака ="),
    "Illegal character": Text("a quote is not closed", "кавычка не закрыта"),
    "Unterminated string": Text("a quote is not closed", "кавычка не закрыта"),
    "Invalid value": Text("the value is no number and has no quotes", "значение — не число и без кавычек"),
    "Expected newline": Text("something follows the value", "после значения стоит что-то ещё"),
    "Unclosed": Text("a bracket is not closed", "скобка не закрыта"),
    "Expected ']": Text("a bracket is not closed", "скобка не закрыта"),
    "Exceeds the limit": Text("the number is too long", "число слишком длинное"),
    "Unescaped": Text("a backslash stands in the text; double it", "в тексте обратная косая черта; удвойте её"),
    "": Text("it is no TOML", "это не TOML"),
}
