"""Template tags of Rostrum's components; a builtin library, so no page needs to load it.

Every tag returns safe HTML. The shapes of items are in selection.components; the style guide shows each tag in use.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.models.runs import Verdict
from selection import charts
from selection.components import Column, Text
from selection.models.candidates import STAGE_NAMES
from selection.stages import OPEN, Stage

register = template.Library()
PALETTE = 6
MANY_BARS = 8
ROOM_FOR_VALUES = 40


def _number(value: float, decimals: int | None = None) -> str:
    # number_format cuts digits off; it does not round.
    rounded = value if decimals is None else round(value, decimals)
    return formats.number_format(rounded, decimal_pos=decimals, use_l10n=True, force_grouping=True)


@register.filter
def percent(value: float | None) -> str:
    """Word a share from 0 to 1 as a whole percentage; inside those bounds it reads <1% or >99%, never 0% or 100%."""
    if value is None:
        return "—"
    if 0 < value < 0.005:
        return "<" + _percent(1)
    if 0.995 <= value < 1:
        return ">" + _percent(99)
    return _percent(round(100 * value))


def _percent(number: int) -> str:
    return _("%(number)s%%") % {"number": number}


@register.filter
def signed(value: float | None, decimals: int = 2) -> str:
    """Word a difference with its sign: +0.21, −0.15 (a true minus)."""
    if value is None:
        return "—"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + _number(abs(value), decimals)


# Pieces of text


@register.simple_tag
def icon(name: str, label: Text = "") -> SafeString:
    """An icon of rostrum/icons.svg. Decoration unless `label` says what it means."""
    href = f"{static('rostrum/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag
def badge(text: Text, tone: str = "") -> SafeString:
    """A word in a tinted box. Tones: clear, borderline, unlikely, insufficient (dashed), viral, danger, accent."""
    return format_html('<span class="badge badge-{}">{}</span>', tone or "unlikely", text)


@register.simple_tag
def verdict_badge(verdict: str) -> SafeString:
    """The verdict of a score in words: clear, borderline, unlikely or insufficient."""
    return badge(capfirst(Verdict(verdict).label), verdict)


@register.simple_tag
def stage_badge(stage: str) -> SafeString:
    """Where a candidate stands, in words."""
    where = Stage(stage)
    tone = "clear" if where is Stage.PROMOTED else "accent" if where in OPEN else "unlikely"
    return badge(capfirst(STAGE_NAMES[where]), tone)


# Boxes around a page's own markup


@register.simple_block_tag
def page_head(content: str, title: Text, subtitle: Text = "", back_url: str = "", back_label: Text = "") -> str:
    """The h1 of a page with its subtitle, a way back above it, and the page's actions (the content) beside it."""
    names = {"title": title, "subtitle": subtitle, "back_url": back_url, "back_label": back_label}
    return render_to_string("components/page_head.html", {"content": content, **names})


@register.simple_block_tag
def card(content: str, title: Text = "", subtitle: Text = "", name: str = "") -> str:
    """A white card; `name` becomes its id, and its heading's id with `-title`."""
    names = {"title": title, "subtitle": subtitle, "name": name}
    return render_to_string("components/card.html", {"content": content, **names})


@register.simple_block_tag
def explain(content: str, title: Text = "", tone: str = "") -> str:
    """A sentence that explains, led in by its bold title. Tones: none, accent, borderline, danger."""
    return render_to_string("components/explain.html", {"content": content, "title": title, "tone": tone})


# Called `open_now` since `open` would hide a builtin.
@register.simple_block_tag
def disclosure(content: str, summary: Text, open_now: bool = False) -> str:
    """Details that open on demand, without JavaScript."""
    return render_to_string("components/disclosure.html", {"content": content, "summary": summary, "open": open_now})


# Buttons and ways through


@register.inclusion_tag("components/link_button.html")
def link_button(label: Text, url: str, style: str = "", icon_name: str = "") -> dict[str, Any]:
    """A link that looks like a button. Styles: primary (one per page), quiet, danger, small; several by spaces."""
    return {"label": label, "url": url, "classes": _button_classes(style), "icon": icon_name}


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(context: Context, label: Text, url: str, style: str = "", **values: object) -> dict[str, Any]:
    """A button that changes something: a POST form of its own. Further parameters become hidden fields."""
    shared = {"label": label, "url": url, "classes": _button_classes(style), "values": values}
    return {"csrf_token": context.get("csrf_token"), **shared}


def _button_classes(style: str) -> str:
    return " ".join(["button", *(f"button-{name}" for name in style.split())])


@register.inclusion_tag("components/chips.html")
def chips(items: Iterable[object], label: Text = "") -> dict[str, Any]:
    """Filter chips: a row of links, the current ones filled. Items: Link."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[object], label: Text = "") -> dict[str, Any]:
    """Tabs that are links to pages of their own. Items: Link."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pages(context: Context, page: Page[Any]) -> dict[str, Any]:
    """The pages of a list; keeps the other parameters of the address. `page` is a Paginator's Page."""
    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    query = _query(context)
    return {"page": page, "numbers": [(n, _with(query, page=n) if isinstance(n, int) else "") for n in elided]}


def _query(context: Context) -> QueryDict:
    request = context.get("request")
    return request.GET.copy() if request is not None else QueryDict(mutable=True)


def _with(query: QueryDict, **values: object) -> str:
    changed = query.copy()
    for name, value in values.items():
        changed.pop(name, None)
        if value is not None:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"


@register.inclusion_tag("components/stepper.html")
def stepper(labels: Sequence[Text], current: int) -> dict[str, Any]:
    """The steps of a wizard in a line; `current` counts from 1."""
    return {
        "steps": [
            (n, label, "done" if n < current else "current" if n == current else "upcoming")
            for n, label in enumerate(labels, start=1)
        ]
    }


@register.inclusion_tag("components/steps.html")
def steps(items: Iterable[object]) -> dict[str, Any]:
    """The steps of a person's path: done, current, upcoming. Items: Step."""
    return {"items": items}


# Forms


@register.inclusion_tag("components/field.html")
def field(bound: forms.BoundField, label: Text = "") -> dict[str, Any]:
    """One form field with its label, help and errors, which Django ties to the input by aria-describedby."""
    is_check = isinstance(bound.field.widget, forms.CheckboxInput)
    return {"field": bound, "label": label or bound.label, "is_check": is_check}


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: forms.BaseForm) -> dict[str, Any]:
    """All fields of a form, its own errors first."""
    return {"form": form}


# Tables and lists


@register.inclusion_tag("components/table.html")
def table(columns: Sequence[Any], rows: Iterable[Sequence[object]], caption: Text = "") -> dict[str, Any]:
    """A plain table that becomes cards on a phone. Columns: Column or text; rows: as many cells each."""
    heads = [Column(label=c) if isinstance(c, Text) else c for c in columns]
    return {"columns": heads, "rows": [list(zip(heads, row, strict=True)) for row in rows], "caption": caption}


@register.inclusion_tag("components/sort_column.html", takes_context=True)
def sort_column(context: Context, label: Text, key: str, numeric: bool = False, default: str = "") -> dict[str, Any]:
    """A table head that sorts by `?sort=key`, and by `-key` when it is sorted already; `default` when none is asked."""
    query = _query(context)
    now = query.get("sort", default)
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    target = f"-{key}" if direction == "ascending" else key
    return {"label": label, "numeric": numeric, "direction": direction, "url": _with(query, sort=target, page=None)}


@register.inclusion_tag("components/facts.html")
def facts(items: Iterable[tuple[object, object]]) -> dict[str, Any]:
    """A list of label and value."""
    return {"items": items}


@register.inclusion_tag("components/diff.html")
def diff_list(changes: Iterable[object]) -> dict[str, Any]:
    """What differs, with the value before and after. Items: Change."""
    return {"changes": changes}


@register.inclusion_tag("components/empty.html")
def empty_state(title: Text, text: Text = "", action_url: str = "", action_label: Text = "") -> dict[str, Any]:
    """What stands where there is nothing yet: what it is, why it is empty, and what to do."""
    return {"title": title, "text": text, "action_url": action_url, "action_label": action_label}


@register.inclusion_tag("components/messages.html", takes_context=True)
def message_list(context: Context, oob: bool = False) -> dict[str, Any]:
    """Django's messages, announced to screen readers; `oob` lets an htmx fragment replace the page's list."""
    return {"messages": context.get("messages") or (), "oob": oob}


# Pictures of numbers


@register.inclusion_tag("components/progress.html")
def progress(
    done: int, total: int | None, rate: float | None = None, remaining: float | None = None, label: Text = ""
) -> dict[str, Any]:
    """How far a job is. `rate` is per second, `remaining` in seconds; a job without a known `total` just moves."""
    return {
        "done": done,
        "total": total,
        "label": label or _("Progress"),
        "counted": _counted(done, total),
        "rate": _("%(number)s per second") % {"number": _number(rate, 0)} if rate else "",
        "remaining": "" if remaining is None else time_left(remaining),
    }


def _counted(done: int, total: int | None) -> str:
    if total is None:
        return _number(done)
    return _("%(done)s of %(total)s") % {"done": _number(done), "total": _number(total)}


def time_left(seconds: float) -> str:
    """Word a remaining time as people do."""
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("%(n)d minute left", "%(n)d minutes left", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("%(n)d hour left", "%(n)d hours left", hours) % {"n": hours}


@register.inclusion_tag("components/interval.html")
def rank_interval(
    low: float | None,
    rank: float | None,
    high: float | None,
    places: int,
    total: int,
    verdict: str = "",
    text: bool = True,
) -> dict[str, Any]:
    """A rank drawn as a range: dot, band from `low` to `high`, and a line after the last of `places`.

    The scale is a square root (selection.charts.edge). `verdict` gives the colour; without a rank a dashed line stands.
    """
    if low is None or rank is None or high is None:
        return {
            "drawn": None,
            "title": _("no rank: not enough data"),
            "verdict": "insufficient",
            "text": "—" if text else "",
        }
    words = {"rank": _number(round(rank)), "low": _number(low), "high": _number(high), "places": _number(places)}
    return {
        "drawn": charts.interval(rank, low, high, places, total),
        "title": _("rank %(rank)s, plausibly from %(low)s to %(high)s; places to give: %(places)s") % words,
        "verdict": verdict,
        "text": f"{words['low']}–{words['high']}" if text else "",
    }


@register.inclusion_tag("components/part_bar.html")
def part_bar(points: float, maximum: float, label: Text, note: Text = "", decimals: int = 1) -> dict[str, Any]:
    """One part of a score: its label, points of the most it can give, and a bar."""
    share = charts.clamp(abs(points) / maximum) if maximum > 0 else 0.0
    shown = {"points": _number(points, decimals), "maximum": _trimmed(maximum), "width": charts.percent(share)}
    return {"label": label, "note": note, "is_negative": points < 0, **shown}


def _trimmed(value: float) -> str:
    return _number(value, 0 if float(value).is_integer() else 1)


@register.inclusion_tag("components/parts_chart.html")
def parts_chart(parts: Sequence[Any], total: float, title: Text = "", decimals: int = 1) -> dict[str, Any]:
    """Parts end to end on one bar of length `total`, with a legend. Parts: Part, or a mapping with label and points."""
    points = [_value(part, "points") for part in parts]
    drawn = charts.segments(points, total)
    shown = [
        {
            "label": _value(part, "label"),
            "points": _number(value, decimals),
            "segment": segment,
            "colour": getattr(part, "colour", 0) or i % PALETTE + 1,
        }
        for i, (part, value, segment) in enumerate(zip(parts, points, drawn, strict=True))
    ]
    return {"parts": shown, "title": title}


def _value(item: Any, name: str) -> Any:
    return item[name] if isinstance(item, Mapping) else getattr(item, name)


@register.inclusion_tag("components/bars.html")
def bars(values: Sequence[float], labels: Sequence[Text], title: Text = "", decimals: int = 0) -> dict[str, Any]:
    """A small column chart: a histogram or a coverage. Numbers stand above the columns for which there is room."""
    drawn = charts.columns(values, ceiling=16, floor=72)
    every = max(1, -(-len(values) // MANY_BARS))
    texts = [_number(value, decimals) for value in values]
    written = _written(values, texts)
    shown = [
        {"bar": bar, "label": label, "value": text, "is_labelled": i % every == 0, "has_value": i in written}
        for i, (bar, label, text) in enumerate(zip(drawn, labels, texts, strict=True))
    ]
    return {"bars": shown, "title": title}


def _written(values: Sequence[float], texts: Sequence[str]) -> set[int]:
    """Which columns bear their number: all if they fit side by side on a phone, else the highest and the lowest."""
    if sum(map(len, texts)) <= ROOM_FOR_VALUES:
        return set(range(len(texts)))
    order = sorted(range(len(values)), key=values.__getitem__)
    highest, lowest = order[-1], order[0]
    return {highest, lowest} if abs(highest - lowest) > 1 else {highest}
