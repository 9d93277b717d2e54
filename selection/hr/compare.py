"""Compare two policies on the same evidence: ask for it, read it, take it away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from scoring.comparison import compare as compare_versions
from scoring.evaluation import NoEvidence
from scoring.models import Comparison
from selection.hr.access import hr_and_auditors, hr_only, is_hr, the_comparison, user_of
from selection.hr.compare_files import cells
from selection.hr.compare_form import CompareForm
from selection.hr.compare_page import ComparisonPage
from selection.hr.export_files import as_csv, as_xlsx
from selection.hr.exports import CSV, XLSX
from selection.hr.ranking_choice import whole
from selection.hr.ranking_page import chosen_run, recent_runs
from selection.hr.run_form import policy_label

SHOWN = 20


@require_safe
@hr_and_auditors
def compare(request: HttpRequest) -> HttpResponse:
    """Choose two versions; earlier comparisons stand beside the form."""
    return _form(request, CompareForm(initial=_beginning(request)))


@require_POST
@hr_only
def make_comparison(request: HttpRequest) -> HttpResponse:
    """Have two versions compared, and go to what came of it."""
    form = CompareForm(request.POST)
    if form.is_valid():
        try:
            made = compare_versions(**form.cleaned_data, actor=user_of(request), at=timezone.now())
        except NoEvidence:
            form.add_error("as_of", _("There is no evidence up to this day. Choose a later one, or import evidence."))
        else:
            return redirect("hr:comparison", made.pk)
    return _form(request, form)


@require_safe
@hr_and_auditors
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture, the sentences and the tables of one comparison."""
    return render(request, "hr/comparison.html", {"page": ComparisonPage(the_comparison(pk))})


@require_safe
@hr_and_auditors
def comparison_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Every agent of a comparison, for a spreadsheet."""
    return _file(as_csv(cells(ComparisonPage(the_comparison(pk)))), CSV, pk, "csv")


@require_safe
@hr_and_auditors
def comparison_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a workbook."""
    return _file(as_xlsx(cells(ComparisonPage(the_comparison(pk)))), XLSX, pk, "xlsx")


def _form(request: HttpRequest, form: CompareForm) -> HttpResponse:
    made_so_far = Comparison.objects.select_related("before", "after", "made_by").defer("result")[:SHOWN]
    earlier = [(one, policy_label(one.before), policy_label(one.after)) for one in made_so_far]
    context = {"form": form, "comparisons": earlier, "is_hr": is_hr(request)}
    return render(request, "hr/compare.html", context, status=422 if form.is_bound else 200)


def _file(content: bytes, kind: str, pk: int, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="comparison-{pk}.{ending}"'
    return response


def _beginning(request: HttpRequest) -> dict[str, object]:
    """What the form begins with: the version, the day and the places of the run that the address names."""
    run = chosen_run(recent_runs(), whole(request.GET.get("run", "")))
    asked = {name: whole(request.GET.get(name, "")) for name in ("before", "after")}
    found: dict[str, object] = {name: pk for name, pk in asked.items() if pk}
    if run is None:
        return {"as_of": timezone.localdate()} | found
    return {"before": run.policy_version_id, "as_of": run.as_of, "places": run.places} | found
