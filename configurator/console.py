"""What the configurator puts into the operations console: the product desk, and its records."""

from collections.abc import Iterable

from django.urls import reverse

from config.console.registry import (
    Concern,
    MenuEntry,
    concerns_about,
    register_concerns,
    register_entry,
)
from configurator.models import VersionRun


def register() -> None:
    """Called once, in `ready()`."""
    register_entry(
        MenuEntry(
            section="Sell",
            title="Machines",
            url_name="ops:machines",
            permission="configurator.view_modelversion",
            position=1,
        )
    )
    for position, (title, model) in enumerate(
        (("Options", "option"), ("Prices", "pricelist")), start=2
    ):
        register_entry(
            MenuEntry(
                section="Sell",
                title=title,
                url_name=f"admin:configurator_{model}_changelist",
                permission=f"configurator.view_{model}",
                position=position,
            )
        )
    register_concerns("configurator.change_modelversion", concerns)


def concerns() -> Iterable[Concern]:
    """Runs that broke down, and were not asked for again since."""
    last = VersionRun.objects.order_by("version", "-pk").distinct("version").values("pk")
    broken = VersionRun.objects.filter(pk__in=last, outcome=VersionRun.Outcome.FAILED)
    return concerns_about(
        broken.select_related("version__product_model").defer("version__ir").order_by("pk"),
        _broken,
        rest="Versions that could not be checked.",
        url=reverse("ops:machines"),
    )


def _broken(run: VersionRun) -> Concern:
    return Concern(
        title=f"{run.version} could not be checked",
        detail=str(run.reasons[0]) if run.reasons else run.last_error,
        url=reverse("ops:version", args=[run.version_id]),
    )
