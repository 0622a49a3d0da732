from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """Done; look there. 303 makes a browser GET it, and a reload never posts again."""

    status_code = 303


def see_other(url: str) -> SeeOther:
    return SeeOther(url)
