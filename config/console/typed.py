"""What staff type into the console's small fields."""

import unicodedata

from django.http import HttpRequest


def typed_line(request: HttpRequest, name: str, *, longest: int) -> str:
    """One line of text: spaces and line breaks as single spaces, control characters left out."""
    words = " ".join(request.POST.get(name, "").split())
    return "".join(sign for sign in words if unicodedata.category(sign) != "Cc")[:longest].strip()
