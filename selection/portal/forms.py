"""The forms of the portal: they check shapes; what is allowed is asked of the verbs."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.sittings import ShownQuestion
from assessments.submissions import DRAFT_CHARACTERS


class AcceptForm(forms.Form):
    """Accepting needs to have read what counts."""

    has_read = forms.BooleanField(label=_("I have read what counts and who decides."))


class WithdrawForm(forms.Form):
    """A reason helps the next round, and is nobody's due."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ObjectionForm(forms.Form):
    """An objection to data or to a decision."""

    text = forms.CharField(
        label=_("What is wrong, and what would be right?"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )


class TabForm(forms.Form):
    """The token of the tab that writes."""

    writer = forms.CharField(max_length=32, widget=forms.HiddenInput)


class DraftForm(TabForm):
    """The text of the test task as it stands; over the word limit too."""

    text = forms.CharField(
        label=_("Your answer"),
        required=False,
        strip=False,
        max_length=DRAFT_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 14, "autocomplete": "off"}),
    )


class AnswersForm(TabForm):
    """One field per question, its options numbered as shown. Nothing is required: a question may stay open."""

    def __init__(self, questions: Sequence[ShownQuestion], data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[f"q{question.position}"] = _field(question)

    def chosen(self) -> dict[int, set[int]]:
        """What is chosen, by the position of the question."""
        given = {question.position: self.cleaned_data[f"q{question.position}"] for question in self.questions}
        return {position: {int(option) for option in options} for position, options in given.items()}

    def rows(self) -> list[tuple[ShownQuestion, forms.BoundField]]:
        """Every question with its field."""
        return [(question, self[f"q{question.position}"]) for question in self.questions]


class OneAnswer(forms.ChoiceField):
    """A choice of one that cleans to a list like a choice of several."""

    widget = forms.RadioSelect

    def clean(self, value: Any) -> list[str]:
        cleaned = super().clean(value)
        return [cleaned] if cleaned else []


def _field(question: ShownQuestion) -> forms.Field:
    choices = [(str(option.position), option.text) for option in question.options]
    picked = [str(option.position) for option in question.options if option.is_chosen]
    if question.has_several_answers:
        several = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(
            label=question.text, choices=choices, initial=picked, required=False, widget=several
        )
    return OneAnswer(label=question.text, choices=choices, initial=next(iter(picked), None), required=False)
