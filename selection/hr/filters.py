"""Chips above a list: all of it, and one for each value of a field, with how many there are."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from selection.components import Link, Text


def chips_by(field: str, chosen: str, found: QuerySet[Any], named: Iterable[tuple[str, Text]], here: str) -> list[Link]:
    """Filters of `found` by `field`, which is also the name in the address; a value without a name is not counted."""
    names = dict(named)
    counts = dict(found.order_by().filter(**{f"{field}__in": list(names)}).values_list(field).annotate(Count("pk")))
    links = [Link(label=_("All"), url=here, current=chosen not in names, count=sum(counts.values()))]
    for value, label in names.items():
        links.append(
            Link(label=label, url=f"{here}?{field}={value}", current=value == chosen, count=counts.get(value, 0))
        )
    return links
