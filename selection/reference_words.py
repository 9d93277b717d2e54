"""What those who decide read of a candidate's references: how many, which levels and how near; never who said what."""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fixtures.content import ScaleText
from selection.models import Candidate, Observation
from selection.models.references import ReferenceState
from selection.numbers import percent
from selection.reasons import language
from selection.reference_agreement import REFEREES, near
from selection.references import worded_scales

COUNTED = (ReferenceState.ASKED, ReferenceState.HANDED_IN)


def reference_facts(candidate: Candidate) -> Iterator[tuple[str, str]]:
    """Label and sentence for each scale; nothing when nobody was asked.

    Levels stand in their order and from the third reference on: of two, whoever gave one would know the other's.
    """
    states = list(candidate.references.filter(state__in=COUNTED).values_list("state", flat=True))
    if not states:
        return
    given = Observation.objects.filter(
        reference__candidate=candidate, reference__state=ReferenceState.HANDED_IN
    ).values_list("scale", "level")
    for key, words in worded_scales(language()):
        levels = sorted(level for scale, level in given if scale == key)
        yield words.name, " ".join([_answered(len(levels), len(states)), *_chosen(levels, words)])


def own_reference_first() -> Iterator[tuple[str, str]]:
    """What somebody reads who is asked for an observation and has not answered: nobody is led by the others."""
    yield (
        _("Observations"),
        _("You are asked for your own. Hand it in or decline, and you see what the others have seen."),
    )


def _answered(answered: int, asked: int) -> str:
    told = {"answered": answered, "asked": asked}
    sentence = ngettext(
        "%(answered)s of %(asked)s who were asked has answered.",
        "%(answered)s of %(asked)s who were asked have answered.",
        answered,
    )
    return sentence % told


def _chosen(levels: Sequence[int], words: ScaleText) -> list[str]:
    """The levels with how often each was chosen, and how near they are to each other."""
    agreed = near(levels)
    if len(levels) < REFEREES or agreed is None:
        return [_("Levels are shown from the third answer on.")]
    top = len(words.levels)
    chosen = "; ".join(_level(level, words, number) for level, number in sorted(Counter(levels).items()))
    told = {"chosen": chosen, "top": top, "exact": percent(agreed.exact), "near": percent(agreed.adjacent)}
    levels_told = _("Levels from 1 to %(top)s: %(chosen)s.") % told
    return [levels_told, _("%(exact)s of the pairs agree, %(near)s are at most one level apart.") % told]


def _level(level: int, words: ScaleText, number: int) -> str:
    told = {"level": level, "label": words.levels[level - 1].label, "number": number}
    return capfirst(_("%(level)s “%(label)s”, chosen %(number)s×") % told)
