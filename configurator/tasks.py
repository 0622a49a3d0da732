from celery import shared_task

from config.locks import only_one
from configurator.services.circuits import forget_circuits
from configurator.services.publishing import retire_replaced_versions


@shared_task(name="configurator.tidy_versions")
def tidy_versions() -> None:
    """Retire what a later version has replaced, and forget circuits of drafts long changed."""
    with only_one("configurator.tidy_versions") as is_mine:
        if is_mine:
            retire_replaced_versions()
            forget_circuits()
