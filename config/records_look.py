"""How the admin (django-unfold) looks: the house's paper, ink and one signal colour."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

STEPS = ("50", "100", "200", "300", "400", "500", "600", "700", "800", "900", "950")


def _shades(lightness: str, chroma: str, hue: int) -> dict[str, str]:
    """Eleven steps of one hue, as the theme wants them: step → oklch()."""
    pairs = zip(lightness.split(), chroma.split(), strict=True)
    return {
        step: f"oklch({light}% {strength} {hue})"
        for step, (light, strength) in zip(STEPS, pairs, strict=True)
    }


def _mark(request: HttpRequest) -> str:
    return static("img/mark.svg")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Cartwright",
    "SITE_HEADER": "Cartwright",
    "SITE_SUBHEADER": "Records",
    "SITE_ICON": _mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _mark}],
    "SITE_DROPDOWN": [
        {"icon": "dashboard", "title": "Operations console", "link": reverse_lazy("ops:today")},
        {"icon": "storefront", "title": "The shop", "link": reverse_lazy("shop:home")},
    ],
    "SHOW_VIEW_ON_SITE": True,
    "SITE_URL": "/",
    "BORDER_RADIUS": "8px",
    "COLORS": {
        # Warm greys of the paper and the ink.
        "base": _shades(
            "98.6 96.6 92.4 87 70.5 55 44.6 37 27.5 21 14",
            ".004 .008 .012 .016 .018 .018 .016 .014 .01 .006 .005",
            80,
        ),
        # Vermilion; 600 is the signal itself, 500 is text in the dark.
        "primary": _shades(
            "97.2 94 88.5 80.5 73 66 52 46 40 35 25",
            ".014 .032 .065 .115 .165 .185 .178 .158 .132 .108 .075",
            33,
        ),
    },
}
