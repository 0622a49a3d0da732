"""How pages, mails and papers write money and days."""

import re
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from config.audit.actors import who
from config.money import Money
from config.qr import Qr
from config.qr import qr as qr_of

register = template.Library()


@register.filter
def money(amount_minor: int | None, currency: str) -> str:
    """341800 → $3,418; nothing for None."""
    return "" if amount_minor is None else Money(amount_minor, currency).format()


@register.filter
def sum_money(amount_minor: int, currency: str) -> str:
    """1900 → $19.00: for the columns of a bill."""
    return Money(amount_minor, currency).format(keeps_cents=True)


@register.filter
def money_delta(amount_minor: int | None, currency: str) -> str:
    """8000 → +$80, -2000 → −$20, 0 → "same price"."""
    if amount_minor is None:
        return ""
    return Money(amount_minor, currency).format(is_delta=True) if amount_minor else "same price"


@register.filter
def day(value: date | datetime | None) -> str:
    """3 December 2026 → "Thu 3 Dec"; with the year when it is not this one."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    is_this_year = value.year == timezone.localdate().year
    return date_format(value, "D j M" if is_this_year else "D j M Y")


@register.filter
def moment(value: datetime | None) -> str:
    """24 November 2026, 10:12 → "24 Nov, 10:12"; with the year when it is not this one."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    is_this_year = local.year == timezone.localdate().year
    return date_format(local, "j M, H:i" if is_this_year else "j M Y, H:i")


register.filter("who", who)


@register.filter
def breakable(expression: str) -> SafeString:
    """An expression that may be broken after the points of its names."""
    parts = re.split(r"(?<=[a-z0-9_]\.)(?=[a-z])", expression)
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in parts))


@register.filter
def qr(content: str) -> Qr:
    """The code of a label, for components/qr.html."""
    return qr_of(content)
