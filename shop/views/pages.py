"""Pages that only tell: home, how it works, where the part data comes from, robots."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from configurator.selectors import drawing, listed_models


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    machines = [
        {"listed": one, "drawing": drawing(one.version, one.version.defaults)}
        for one in listed_models()
    ]
    hero = machines[len(machines) // 2]["drawing"] if machines else None
    return render(request, "shop/home.html", {"machines": machines, "hero": hero})


@require_safe
def how_it_works(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/how_it_works.html")


@require_safe
def attribution(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/attribution.html")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Machines and explanations may be found; orders, carts and staff pages may not."""
    closed = ("/orders/", "/cart/", "/checkout/", "/po/", "/ops/", "/admin/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"# {settings.BASE_URL}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
