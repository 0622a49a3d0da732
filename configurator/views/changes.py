"""What became of a customer's choices: told in names, with the way back."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from configurator.models import Configuration
from configurator.selectors import engine_model, option_details
from configurator.views.answer import Answer
from configurator.views.phrases import Details
from configurator.views.wish import Wish, query_of

MOST_UNKNOWN_TOLD = 5
LONGEST_ECHO = 80  # letters of what was asked for that an answer repeats


@dataclass(frozen=True, slots=True)
class Change:
    """One group whose option is another one now."""

    group: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the customer must know. `tone` as in components/notice.html.

    `take` are the pairs that a button applies (None: there is nothing to take); `accept_url`
    takes the form by post and keeps the machine as it is; `links` are (address, words);
    `figures` are amounts and days, none of which may break.
    """

    title: str
    tone: str = ""
    text: str = ""
    changes: tuple[Change, ...] = ()
    undo_url: str = ""
    take: str | None = None
    accept_url: str = ""
    links: tuple[tuple[str, str], ...] = ()
    figures: tuple[str, ...] = ()


def notices(now: Answer, wish: Wish) -> list[Notice]:
    """What could not be followed, and what had to change beside the newest choice."""
    told = [*_unknown(now, wish), *_unknown_filters(now, wish), *_refused(now)]
    details = option_details(now.version)
    same_version = wish.version in {None, now.version.pk}
    before = wish.before or dict(wish.explicit)
    changes = changed(now, before, details, apart_from=wish.newest)
    if not same_version:
        title = _("This machine has been revised since you opened the page")
        text = _("Your choices have been moved to the new version.")
        return [*told, Notice(title, "wait", text, changes)]
    if changes and not wish.is_applied:
        undo = configure_url(now.version.product_model.slug, wish.kept) if wish.before else ""
        told.append(Notice(_title(now, wish), "", " ".join(now.sentences), changes, undo))
    return told


def applied(now: Answer, wish: Wish) -> Notice | None:
    """A proposal was taken: what it changed, and the way back."""
    changes = changed(now, wish.before, option_details(now.version)) if wish.is_applied else ()
    if not changes:
        return None
    undo = configure_url(now.version.product_model.slug, wish.kept)
    return Notice(_("Changed as proposed"), "good", "", changes, undo)


def changed(
    now: Answer, before: Mapping[str, str], old_details: Details, *, apart_from: str | None = None
) -> tuple[Change, ...]:
    """Where the configuration differs from an earlier one, possibly of another version."""
    details = option_details(now.version)
    found = []
    for group in engine_model(now.version).groups:
        old, new = before.get(group.code), now.chosen[group.code]
        if old is None or old == new or group.code == apart_from:
            continue
        old_detail = old_details.get((group.code, old))
        old_name = old if old_detail is None else old_detail.name
        found.append(Change(group.name, old_name, details[group.code, new].name))
    return tuple(found)


def would_change(now: Answer, then: Mapping[str, str]) -> tuple[Change, ...]:
    """Where a proposed configuration of the same version differs from the present one."""
    details = option_details(now.version)
    return tuple(
        Change(
            group.name,
            details[group.code, now.chosen[group.code]].name,
            details[group.code, then[group.code]].name,
        )
        for group in engine_model(now.version).groups
        if now.chosen[group.code] != then[group.code]
    )


def configure_url(slug: str, choices: Mapping[str, str], *more: str) -> str:
    """The address of the configure page with these explicit choices; `more` are queries, too."""
    address = reverse("configurator:configure", args=[slug])
    query = "&".join(filter(None, (query_of(choices), *more)))
    return f"{address}?{query}" if query else address


def shared_url(configuration: Configuration) -> str:
    """The short address of a frozen configuration."""
    return reverse("configurator:shared", args=[configuration.share_code])


def _title(now: Answer, wish: Wish) -> str:
    if wish.newest is None or wish.newest not in now.explicit:
        return _("Your choices contradicted each other; the newest one stays")
    name = option_details(now.version)[wish.newest, now.explicit[wish.newest]].name
    return _("Changed so that %(option)s fits") % {"option": name}


def _unknown(now: Answer, wish: Wish) -> list[Notice]:
    names = {group.code: group.name for group in engine_model(now.version).groups}
    title = _("A choice that we do not know was left out")
    told = []
    for group, option in wish.unknown[:MOST_UNKNOWN_TOLD]:
        words = {"group": names.get(group, group[:LONGEST_ECHO]), "option": option[:LONGEST_ECHO]}
        text = (
            _("%(group)s has no option “%(option)s”.") % words
            if group in names
            else _("This machine has no group “%(group)s”.") % words
        )
        told.append(Notice(title, "error", text))
    if more := wish.unknown[MOST_UNKNOWN_TOLD:]:
        count = len(more)
        text = ngettext("%(n)d more was left out.", "%(n)d more were left out.", count)
        told.append(Notice(title, "error", text % {"n": count}))
    return told


def _unknown_filters(now: Answer, wish: Wish) -> list[Notice]:
    if not wish.filters.unknown:
        return []
    group, value = wish.filters.unknown[0]
    names = {one.code: one.name for one in engine_model(now.version).groups}
    words = {"group": names.get(group, group[:LONGEST_ECHO]), "value": value[:LONGEST_ECHO]}
    text = (
        _("%(group)s cannot be filtered by “%(value)s”.") % words
        if group in names
        else _("This machine has no group “%(group)s”.") % words
    )
    return [Notice(_("A filter that we do not know was left out"), "wait", text)]


def _refused(now: Answer) -> list[Notice]:
    details = option_details(now.version)
    return [
        Notice(
            _("%(option)s cannot be had in this machine") % {"option": details[key].name},
            "error",
            " ".join(now.sentences),
        )
        for key in now.refused
    ]
