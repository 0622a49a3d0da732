from django.http import HttpResponse


def see_other(url: str) -> HttpResponse:
    """Done; look there. 303 makes a browser GET it, and a reload never posts again."""
    return HttpResponse(status=303, headers={"Location": url})
