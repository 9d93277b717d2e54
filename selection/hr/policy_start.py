"""What a draft can start from: a policy that ships with Rostrum, a version that there is, a file, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring import policies
from scoring.models import PolicyVersion
from scoring.models.policies import PolicyState
from scoring.policy import parse, parse_json, render
from scoring.policy.reading import MOST_BYTES
from scoring.presets import preset_paths
from selection.reasons import language


class FileRefused(Exception):
    """A file that holds no text; `sentence` says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True)
class Start:
    """The text that a draft starts from, and the version that it is compared with."""

    text: str = ""
    base: PolicyVersion | None = None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One thing to start from, as the page offers it."""

    title: str
    note: str
    purpose: str
    query: str


class PolicyFileForm(forms.Form):
    """A policy in a file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("TOML or JSON, as Rostrum exports it. It is shown to you before anything is kept."),
    )


def start(query: Mapping[str, str]) -> Start:
    """What the address asks to start from: `from` names a version, `preset` a shipped policy; else nothing."""
    chosen = query.get("from", "")
    version = PolicyVersion.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 18 else None
    if version is not None:
        return Start(text=version.document, base=version)
    path = next((path for path in preset_paths() if path.stem == query.get("preset")), None)
    if path is None:
        return Start()
    newest = PolicyVersion.objects.filter(name=path.stem).order_by("-version").first()
    return Start(text=path.read_text(encoding="utf-8"), base=newest)


def starts() -> dict[str, list[Offer]]:
    """The shipped policies, and every version that people have written."""
    presets = [(path.stem, parse(path.read_text(encoding="utf-8"))) for path in preset_paths()]
    shipped = [
        Offer(
            title=policy.title.within(language()),
            note=stem,
            purpose=policy.purpose.within(language()),
            query=f"preset={stem}",
        )
        for stem, policy in presets
    ]
    written = PolicyVersion.objects.filter(author__isnull=False).order_by("name", "-version")
    return {"presets": shipped, "versions": [_offer(version) for version in written]}


def text_of(file: File[bytes]) -> str:
    """The text of a file: TOML as it stands, JSON turned into TOML.

    Raises FileRefused for what is no text, and PolicyRefused for JSON that is no policy.
    """
    if (file.size or 0) > MOST_BYTES:
        raise FileRefused(_("This file is too long for a policy. Choose the exported TOML or JSON file."))
    content = file.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        sentence = _("Line %(line)s: this file is no text in UTF-8. Export the policy again, or save it as UTF-8.")
        raise FileRefused(sentence % {"line": line}) from None
    return render(parse_json(text), language()) if text.lstrip().startswith("{") else text


def _offer(version: PolicyVersion) -> Offer:
    note = _("%(name)s, version %(version)s, %(state)s") % {
        "name": version.name,
        "version": version.version,
        "state": PolicyState(version.state).label,
    }
    purpose = policies.read(version).purpose.within(language())
    return Offer(title=policies.title(version), note=note, purpose=purpose, query=f"from={version.pk}")
