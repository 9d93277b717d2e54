"""Question files: what is taken, what is refused, and in which words."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assessments.bank.csv_file import read_csv
from assessments.bank.shapes import QuestionFile, Refusal, Words
from assessments.bank.toml_file import BadFile, read_questions, read_tasks
from assessments.bank.wording import SENTENCES, sentence

HEADER = "question_id,text,type,option_a,option_b,option_c,option_d,correct,weight"
GOOD = "Q-1,Which?,single,yes,no,,,A,1"
ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "badinputs"
FIXTURES = ROOT / "fixtures"


def read(*rows: str, header: str = HEADER) -> QuestionFile:
    return read_csv("\n".join([header, *rows]).encode(), language="en")


def refused(found: QuestionFile) -> list[tuple[int, str, str]]:
    return [(refusal.record, refusal.code, refusal.column) for refusal in found.refusals]


def test_a_record_becomes_a_question() -> None:
    (question,) = read(GOOD).questions
    assert (question.code, question.kind, question.weight, question.topic) == ("Q-1", "single", 1.0, "")
    assert question.text == Words(en="Which?")
    assert question.options == ((Words(en="yes"), True), (Words(en="no"), False))


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (",Which?,single,yes,no,,,A,1", "missing_value", "question_id"),
        ("Q-1,,single,yes,no,,,A,1", "missing_value", "text"),
        ("Q-1,Which?,,yes,no,,,A,1", "missing_value", "type"),
        ("Q-1,Which?,essay,yes,no,,,A,1", "bad_type", "type"),
        ("Q-1,Which?,single,yes,,no,,A,1", "missing_value", "option_b"),
        ("Q-1,Which?,single,yes,no,,,,1", "missing_value", "correct"),
        ("Q-1,Which?,single,yes,no,,,C,1", "bad_correct", "correct"),
        ("Q-1,Which?,single,yes,no,,,Z,1", "bad_correct", "correct"),
        ('Q-1,Which?,single,yes,no,,,"A,B",1', "bad_correct", "correct"),
        ('Q-1,Which?,multi,yes,no,,,"A,A",1', "bad_correct", "correct"),
        ("Q-1,Which?,single,yes,no,,,А,1", "bad_correct", "correct"),  # a Cyrillic А
        ("Q-1,Which?,single,yes,no,,,A,0", "bad_weight", "weight"),
        ("Q-1,Which?,single,yes,no,,,A,inf", "bad_weight", "weight"),
        ("Q-1,Which?,single,yes,no,,,A,nan", "bad_weight", "weight"),
        (f"{'Q' * 61},Which?,single,yes,no,,,A,1", "too_long", "question_id"),
        ("Q-1,Which?,single,yes,no,,,A", "ragged", ""),
    ],
)
def test_what_cannot_be_asked_is_refused_alone(row: str, code: str, column: str) -> None:
    found = read("Q-0,Before?,single,yes,no,,,B,", row, "Q-2,After?,single,yes,no,,,B,2")
    assert refused(found) == [(2, code, column)]
    assert [question.code for question in found.questions] == ["Q-0", "Q-2"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf  \n", "empty_file"),
        ((HEADER + "\n" + "Q-1,Который?,single,да,нет,,,A,1").encode("cp1251"), "not_utf8"),
        ((HEADER + '\nQ-1,"Which?,single').encode(), "unclosed_quote"),
        ((HEADER + "\nQ-1,Wh\x00ich?").encode(), "control_characters"),
        (HEADER.replace("option_c", "text").encode(), "duplicate_header"),
        (HEADER.replace("correct", "answer").encode(), "missing_column"),
        (HEADER.replace("option_b", "second").encode(), "missing_column"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(content: bytes, code: str) -> None:
    found = read_csv(content)
    assert [(refusal.record, refusal.code) for refusal in found.refusals] == [(0, code)]
    assert found.is_refused
    assert found.questions == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_usual_ways_to_save_a_table_are_read(encoding: str, delimiter: str) -> None:
    text = f"{HEADER}\n\nQ-1,Который?,single,да,нет,,,a,\n".replace(",", delimiter)
    (question,) = read_csv(text.encode(encoding)).questions
    assert question.text == Words(ru="Который?")


def test_several_right_answers_and_a_comma_in_the_weight() -> None:
    (question,) = read_csv(f"{HEADER}\nQ-1,Which?,Multi,a,b,c,,A; C,1,5".replace(",", ";").encode()).questions or (
        None,
    )
    assert question is None  # without quotes `A; C` is two cells
    row = 'Q-1;Which?;Multi;a;b;c;;"A; C";1,5'
    (question,) = read_csv(f"{HEADER.replace(',', ';')}\n{row}".encode()).questions
    assert question is not None
    assert ([right for _, right in question.options], question.weight) == ([True, False, True], 1.5)


def test_both_languages_side_by_side() -> None:
    header = "question_id,type,correct,text_en,text_ru,option_a_en,option_a_ru,option_b_en,option_b_ru"
    found = read("Q-1,single,B,Which?,Который?,yes,да,no,нет", "Q-2,single,B,Which?,Который?,yes,да,no,", header=header)
    assert found.questions[0].options[1] == (Words(en="no", ru="нет"), True)
    assert refused(found) == [(2, "missing_translation", "option_b")]


def test_the_same_again_is_a_duplicate_and_the_same_otherwise_is_refused() -> None:
    found = read(GOOD, GOOD, GOOD.replace("A,1", "B,1"))
    assert (len(found.questions), found.duplicates, found.records) == (1, 1, 3)
    assert refused(found) == [(3, "same_id_conflict", "question_id")]


def test_every_refusal_has_a_sentence_with_record_value_and_remedy() -> None:
    said = sentence(Refusal(record=7, code="bad_weight", column="weight", value="many"))
    assert said == "Record 7: “many” is no weight. Write a number above 0, such as 1 or 1.5."
    for code in SENTENCES:
        told = sentence(Refusal(record=1, code=code, column="COLUMN", value="VALUE"))
        assert told.startswith("Record 1: ")
        assert "%(" not in told


# The corpus of hostile and ugly files, where it is at hand


def corpus() -> Iterator[Path]:
    return (path for path in sorted((CORPUS / "expected" / "open").glob("questions_*.json")))


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of hostile files is not here")
def test_the_corpus_of_question_files() -> None:
    files = list(corpus())
    assert files
    for path in files:
        expected = json.loads(path.read_text(encoding="utf-8"))
        found = read_csv((CORPUS / expected["file"]).read_bytes())
        assert (found.records, len(found.questions)) == (expected["n_records"], expected["n_accepted"]), path.name
        assert [[r.record, r.code] for r in found.refusals] == expected["rejected"], path.name


# TOML


def test_the_demo_bank_is_taken_whole() -> None:
    found = read_questions((FIXTURES / "questions.toml").read_text(encoding="utf-8"))
    assert (found.refusals, found.records, len(found.questions)) == ((), 72, 72)
    assert found.topics["roaming"] == Words(en="Roaming", ru="Роуминг")
    assert all(sum(right for _words, right in question.options) == 1 for question in found.questions)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[question]", "not_toml"),
        ("x = 1", "missing_value"),
        ("question = 1", "no_list"),
        ('[[question]]\nru = "?"\nen = "?"', "no_table"),
        ('[topics]\nesim = "eSIM"', "no_table"),
        ("topics = 3", "no_table"),
        ('[[question]]\nid = "a"\n[question.ru]\ntext = "?"', "missing_value"),
        (
            '[[question]]\n[question.ru]\noptions = ["1", "2"]\n[question.en]\noptions = ["1"]',
            "missing_translation",
        ),
    ],
)
def test_a_broken_bank_is_refused_whole(text: str, code: str) -> None:
    assert [(r.record, r.code) for r in read_questions(text).refusals] == [(0, code)]


def test_the_demo_tasks_and_their_rubric_are_read() -> None:
    found = read_tasks((FIXTURES / "tasks.toml").read_text(encoding="utf-8"))
    assert [task.code for task in found.tasks] == ["outage", "joke"]
    assert sum(criterion.weight for criterion in found.rubric.criteria) == 100
    assert {len(criterion.levels) for criterion in found.rubric.criteria} == {4}
    assert all(set(post) == {"author", "time", "text"} for task in found.tasks for post in task.posts["ru"])
    assert "PC-1" in found.rubric.veto_help.en


@pytest.mark.parametrize(
    ("find", "put", "code"),
    [
        ("weight = 30", "weight = 31", "weights_not_100"),
        ('key = "outage"', "", "missing_value"),
        ("[rubric.veto.en]", "[rubric.veto.fr]", "missing_value"),
        ('handle = "@zarechny_dvor"', 'handl = "@zarechny_dvor"', "missing_value"),
        ("minutes = 40", "minutes = ", "not_toml"),
        ("minutes = 40", 'minutes = "forty"', "no_whole_number"),
        ("words = 180", "words = 99999", "no_whole_number"),
    ],
)
def test_broken_tasks_say_where(find: str, put: str, code: str) -> None:
    text = (FIXTURES / "tasks.toml").read_text(encoding="utf-8")
    assert find in text
    with pytest.raises(BadFile) as bad:
        read_tasks(text.replace(find, put, 1))
    assert bad.value.refusal.code == code
