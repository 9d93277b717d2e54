"""Files to take along: the filtered ranking, harmless when a spreadsheet opens it, and one score explained."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from scoring.models import ScoreRun
from selection.explanations import explanation_bytes
from selection.hr.access import hr_and_auditors, the_score
from selection.hr.export_files import as_csv, as_xlsx, header, line
from selection.hr.ranking_choice import RankingChoice
from selection.hr.ranking_list import COLUMNS, ranked
from selection.hr.ranking_page import chosen_run, recent_runs

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@hr_and_auditors
def ranking_csv(request: HttpRequest) -> HttpResponse:
    """Every row that the filters leave, with a byte-order mark so that Excel reads Russian."""
    choice = RankingChoice.from_address(request.GET.dict())
    run = chosen_run(recent_runs(), choice.run)
    return _file(as_csv(_cells(run, choice)), CSV, run, "csv")


@require_safe
@hr_and_auditors
def ranking_xlsx(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    choice = RankingChoice.from_address(request.GET.dict())
    run = chosen_run(recent_runs(), choice.run)
    return _file(as_xlsx(_cells(run, choice)), XLSX, run, "xlsx")


@require_safe
@hr_and_auditors
def explanation(request: HttpRequest, pk: int) -> HttpResponse:
    """One score explained, as a file that can be made again to the byte."""
    score = the_score(pk)
    response = HttpResponse(explanation_bytes(score), content_type="application/json")
    name = f"explanation-{score.run_id}-{score.pk}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(run: ScoreRun | None, choice: RankingChoice) -> list[list[str | float]]:
    rows = ranked(run, choice).values(*COLUMNS) if run else []
    return [header(), *(line(row) for row in rows)]


def _file(content: bytes, kind: str, run: ScoreRun | None, ending: str) -> HttpResponse:
    day = run.as_of if run else date.min
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="ranking-{day.isoformat()}.{ending}"'
    return response
