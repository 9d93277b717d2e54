"""Numbers as the reader writes them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def decimal(value: float, digits: int = 1) -> str:
    """A number as the reader writes it."""
    # number_format cuts digits off; it does not round.
    return str(number_format(round(value, digits), digits))


def grouped(count: int) -> str:
    """A count as the reader's language writes it, thousands apart."""
    return str(number_format(count, use_l10n=True, force_grouping=True))


def signed(value: float, digits: int = 2) -> str:
    """A difference, with its sign; the minus is the typographic one."""
    return ("+" if value >= 0 else "−") + decimal(abs(value), digits)


def percent(share: float) -> str:
    """A share of 0 to 1 in whole percent."""
    return _("%(number)s%%") % {"number": decimal(100 * share, 0)}


def chance(p: float) -> str:
    """A probability in whole percent, but never 0 or 100: the method does not know that much."""
    if p < 0.01:
        return _("under %(share)s") % {"share": percent(0.01)}
    if p > 0.99:
        return _("over %(share)s") % {"share": percent(0.99)}
    return percent(p)
