from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """What every page may show without asking the database."""
    return {"mail_inbox_url": settings.MAIL_INBOX_URL, "is_sandbox": bool(settings.STRIPE_API_BASE)}
