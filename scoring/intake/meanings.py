"""What a column may mean, by kind of evidence: which ones are needed, and under which headings they are known."""

from dataclasses import dataclass

AGENTS, RATINGS, VIRAL = "agents", "ratings", "viral"
KINDS = (AGENTS, RATINGS, VIRAL)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing a column may hold; `shape` says which values fit (id, name, text, date, mark, flag, ...)."""

    name: str
    shape: str
    aliases: tuple[str, ...]
    stems: tuple[str, ...] = ()
    required: bool = False


def _meaning(name: str, shape: str, aliases: str, stems: str = "", *, required: bool = False) -> Meaning:
    return Meaning(name, shape, tuple(aliases.split("|")), tuple(stems.split()), required)


_AGENT = "agent_id|agent|сотрудник|логин агента|табельный номер|агент|оператор|номер агента|agent login|staff number"
_AGENT_STEMS = (
    "agent operator assignee staff employee teammate specialist owner handler login оператор агент "
    "сотрудник специалист исполнит менеджер логин ответственн"
)
_CHAT = (
    "chat_id|chat|чат|номер чата|id чата|chat number|conversation_id|conversation id|"
    "ticket_id|ticket id|номер обращения|id обращения"
)
_CHAT_STEMS = "chat conversation ticket call dialog session case thread чат диалог обращен тикет звон разговор заявк"
_TZ = "tz|часовой пояс|timezone|time zone"

MEANINGS: dict[str, tuple[Meaning, ...]] = {
    RATINGS: (
        _meaning(
            "key",
            "id",
            "rating_id|id|id оценки|номер оценки|survey_id|response_id|id ответа|unique id|uuid|submission id",
            "survey response оценк ответа",
            required=True,
        ),
        _meaning("chat_id", "id", _CHAT, _CHAT_STEMS, required=True),
        _meaning("agent", "name", _AGENT, _AGENT_STEMS, required=True),
        _meaning(
            "rating",
            "mark",
            "rating|score|оценка|csat|csat score|балл",
            "rating score csat satisf mark grade stars nps оцен балл удовлетв звезд впечатлен",
            required=True,
        ),
        _meaning(
            "rated_at",
            "date",
            "rated_at|date|дата оценки|дата|дата и время оценки|rated at",
            "rated date created submitted recorded received responded timestamp time дата время",
            required=True,
        ),
        _meaning("rated_time", "time", "rated_time|время оценки|time of rating", ""),
        _meaning(
            "comment",
            "text",
            "comment|комментарий|отзыв|feedback|комментарий клиента",
            "comment feedback remark review text verbatim said коммент отзыв текст сказал написал",
        ),
        _meaning("channel", "word", "channel|канал|источник", "channel source medium канал источник"),
        _meaning(
            "topic",
            "word",
            "topic|тема|тематика|категория|subject",
            "topic category reason queue subject тема тематик категор причин очеред",
        ),
        _meaning(
            "rater",
            "id",
            "rater_id|клиент|customer_id|client_id|id клиента",
            "customer client contact requester visitor user клиент абонент",
        ),
        _meaning(
            "chat_started_at", "date", "chat_started_at|начало чата|chat started at", "started opened начал открыт"
        ),
        _meaning("tz", "zone", _TZ),
        _meaning(
            "handling_seconds",
            "seconds",
            "handling_seconds|handle time|aht|время обработки",
            "handle handling duration talk длительн обработк",
        ),
        _meaning("answer_seconds", "seconds", "answer_seconds|speed of answer|время ответа", "speed wait frt ожидан"),
        _meaning("resolved", "flag", "resolved|решено|решён|вопрос решён", "resolved solved fcr решен"),
        _meaning("answered", "flag", "answered|отвечено"),
        _meaning("share", "number", "share|credit|доля"),
    ),
    VIRAL: (
        _meaning("chat_id", "id", _CHAT, _CHAT_STEMS, required=True),
        _meaning("agent", "name", _AGENT, _AGENT_STEMS, required=True),
        _meaning(
            "flagged_at",
            "date",
            "flagged_at|дата отметки|дата|date|flagged at",
            "flagged date posted published found created дата опубликов",
            required=True,
        ),
        _meaning("is_viral", "flag", "is_viral|viral|вирусный|вирусность", "viral вирус", required=True),
        _meaning("sign", "word", "sign|тональность|знак|sentiment", "sentiment tone tonality тональн"),
        _meaning("severity", "mark", "severity|тяжесть|серьёзность|уровень", "severity тяжест серьезн"),
        _meaning("url", "url", "url|ссылка|link", "url link ссылк"),
        _meaning("views", "number", "views|просмотры|охват|reach", "views reach impressions просмотр охват"),
        _meaning("platform", "word", "platform|площадка|соцсеть|network", "platform network site площадк соцсет"),
        _meaning(
            "reason", "text", "reason|причина|описание|comment|комментарий", "reason description comment причин описан"
        ),
        _meaning("tz", "zone", _TZ),
    ),
    AGENTS: (
        _meaning(
            "staff_number",
            "id",
            "agent_id|табельный номер|staff_number|staff number|логин агента|employee_id|employee id|"
            "таб. номер|таб номер|id сотрудника|сотрудник|агент|agent",
            "employee staff agent login табельн логин",
            required=True,
        ),
        _meaning(
            "full_name",
            "name",
            "full_name|фио|name|full name|ф.и.о.|имя|сотрудник фио",
            "name фио имя фамил",
            required=True,
        ),
        _meaning(
            "hired_on",
            "date",
            "hired_at|hired_on|дата приёма|дата приема|hire date|дата приёма на работу|дата найма|start date",
            "hired hire joined start прием найм",
            required=True,
        ),
        _meaning(
            "team",
            "word",
            "team|подразделение|команда|отдел|группа|department|group",
            "team department group unit подразд команд отдел групп",
            required=True,
        ),
        _meaning(
            "manager",
            "name",
            "manager_id|руководитель|manager|начальник|табельный номер руководителя",
            "manager supervisor boss lead руковод начальн",
        ),
        _meaning("email", "email", "email|почта|e-mail|электронная почта|e-mail address|эл. почта", "mail почт"),
        _meaning("position", "word", "position|должность|job title|role title", "position title должност"),
        _meaning(
            "left_on",
            "date",
            "terminated_at|дата увольнения|left_on|termination date|end date",
            "terminat left dismiss увольн",
        ),
    ),
}

SENSITIVE = (
    "passport",
    "паспорт",
    "snils",
    "снилс",
    "inn",
    "инн",
    "diagnosis",
    "диагноз",
    "union_member",
    "профсоюз",
    "religion",
    "вероисповедание",
    "nationality",
    "национальность",
    "ssn",
    "date of birth",
    "дата рождения",
    "birth date",
    "birthday",
    "gender",
    "пол",
    "marital status",
    "семейное положение",
    "health",
    "здоровье",
    "disability",
    "инвалидность",
    "criminal record",
    "судимость",
    "political views",
    "salary",
    "зарплата",
    "оклад",
    "bank account",
)
SENSITIVE_STEMS = (
    "паспорт",
    "passport",
    "снилс",
    "snils",
    "диагноз",
    "diagnos",
    "инвалид",
    "национальност",
    "вероиспов",
    "судимост",
    "профсоюз",
)
PRIVILEGED = (
    "is_staff",
    "is_superuser",
    "role",
    "groups",
    "permissions",
    "password",
    "is_active",
    "user_permissions",
    "is_admin",
    "admin",
    "superuser",
    "username",
    "last_login",
    "пароль",
    "роль",
    "права",
    "группы доступа",
    "api_key",
    "token",
    "secret",
    "password_hash",
    "approved_by",
    "score",
    "rank",
    "stage",
)


def meanings_of(kind: str) -> dict[str, Meaning]:
    """Meanings of one kind by name."""
    return {meaning.name: meaning for meaning in MEANINGS[kind]}
