"""Upload: a file, what it is about, and where it comes from."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from scoring.intake.load_profiles import profile_names, title_of
from scoring.intake.profiles import DEFAULT
from scoring.models.batches import EvidenceKind
from scoring.refusals import EvidenceRefused
from scoring.uploads import Upload, receive
from selection.hr.access import hr_only, user_of
from selection.hr.evidence_words import STEPS

KINDS = (
    (EvidenceKind.RATINGS, _("Ratings of chats: one record for each survey, answered or not")),
    (EvidenceKind.AGENTS, _("Agents: the roster with teams, managers and hire dates")),
    (EvidenceKind.VIRAL, _("Viral incidents: chats that went public")),
)


class UploadForm(forms.Form):
    """A file and what HR knows of it."""

    file = forms.FileField(label=_("File"), help_text=_("CSV, Excel, JSON or Parquet, also packed with gzip or zip."))
    kind = forms.ChoiceField(label=_("What it is about"), choices=KINDS, widget=forms.RadioSelect)
    profile = forms.ChoiceField(
        label=_("Source"),
        required=False,
        help_text=_("A profile knows the columns and the scale of one source. You can save one at the end."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["profile"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("recognise by itself")), *profiles()]

    def clean(self) -> dict[str, Any]:
        """A profile is made for one kind of file."""
        cleaned: dict[str, Any] = super().clean() or {}
        kind, name = cleaned.get("kind"), cleaned.get("profile")
        if kind and name and name not in profile_names(kind):
            self.add_error(
                "profile", _("This source is about something else. Choose another one or let it be recognised.")
            )
        return cleaned

    def upload(self) -> Upload:
        """The upload as the verb takes it."""
        file = self.cleaned_data["file"]
        return Upload(
            name=file.name, pieces=file.chunks(), kind=self.cleaned_data["kind"], profile=self.cleaned_data["profile"]
        )


def profiles() -> list[tuple[str, str]]:
    """Every known source, by its title."""
    names = {name for kind in EvidenceKind.values for name in profile_names(kind)} - {DEFAULT}
    return sorted(((name, title_of(name)) for name in names), key=lambda one: one[1].casefold())


@require_http_methods(["GET", "HEAD", "POST"])
@hr_only
def upload_evidence(request: HttpRequest) -> HttpResponse:
    """Take a file in and go on to what was understood of it."""
    form = UploadForm(request.POST or None, request.FILES or None, initial={"kind": EvidenceKind.RATINGS})
    if form.is_valid():
        try:
            batch = receive(upload=form.upload(), actor=user_of(request), at=timezone.now())
        except EvidenceRefused as refused:
            form.add_error("file", refused.sentence)
        else:
            return redirect("hr:batch", batch.pk)
    return render(
        request,
        "hr/evidence/upload.html",
        {"form": form, "steps": STEPS},
        status=422 if form.is_bound else 200,
    )
