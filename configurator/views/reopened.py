"""A saved configuration, opened again: what has become of it since, to accept or to look back."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from config.money import Money
from configurator.models import Configuration
from configurator.selectors import Moved
from configurator.views.answer import Answer
from configurator.views.changes import Change, Notice, shared_url
from configurator.views.compare import compare_url


def reopened(
    now: Answer, frozen: Configuration, moved: Moved | None, others: list[str]
) -> list[Notice]:
    """What is different today. `moved` where it is of an older version; `others` to compare."""
    url = f"{settings.BASE_URL}{shared_url(frozen)}"  # whole, to be copied
    mine = [code for code in others if code != frozen.share_code]
    text = _("Its address is %(url)s. Changing it here leaves the saved one as it is.")
    beside = compare_url([frozen.share_code, *mine])
    links = ((beside, _("Compare it with others")),)
    saved = Notice(_("A saved build"), "good", text % {"url": url}, links=links)
    was = Money(frozen.total_minor, frozen.currency).format()
    total = Money(now.evaluation.total_minor or 0, now.price_list.currency).format()
    costs = {"was": was, "now": total}
    if moved is not None:
        return [saved, _revised(now, frozen, moved, costs)]
    if was != total:
        text = _("It cost %(was)s when it was saved and costs %(now)s now.")
        return [saved, Notice(_("Prices have changed"), "wait", text % costs)]
    return [saved]


def _revised(now: Answer, frozen: Configuration, moved: Moved, costs: dict[str, str]) -> Notice:
    """The difference to the build as it was saved, which can be kept, or looked at as it was."""
    cost = _("It cost %(was)s then and costs %(now)s now.") % costs
    save = reverse("configurator:save", args=[now.version.product_model.slug])
    nothing = _("nothing")
    return Notice(
        title=_("This machine has been revised since the build was saved"),
        tone="wait",
        text=" ".join((cost, *moved.sentences)),
        changes=tuple(
            Change(one.group_name, one.old_name or nothing, one.new_name or nothing)
            for one in moved.changed
        ),
        accept_url=save,
        links=((compare_url([frozen.share_code]), _("See it as it was saved")),),
    )
