"""Who answers which address. The console's pages live in the apps and are mounted together here."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches neither database nor broker: a restart would mend neither."""
    return HttpResponse("ok\n", content_type="text/plain")


def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look when a page, such as the admin's login, names no icon."""
    return redirect(static("img/mark.svg"))


api: list[URLPattern | URLResolver] = [
    path("", include("configurator.api.urls")),
    path("", include("shop.api.urls")),
    path("", include("production.api.urls")),
    path("", include("suppliers.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
]

ops: list[URLPattern | URLResolver] = [
    path("", include("config.console.urls")),
    path("", include("configurator.views.ops_urls")),
    path("", include("shop.views.ops_urls")),
    path("", include("production.views.ops_urls")),
    path("", include("suppliers.views.ops_urls")),
]

urlpatterns = [
    path("favicon.ico", favicon),
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    path("ops/", include((ops, "ops"), namespace="ops")),
    path("", include("configurator.urls")),
    path("", include("suppliers.urls")),
    path("", include("shop.urls")),
]

handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.permission_denied"
handler404 = "config.error_pages.page_not_found"
handler500 = "config.error_pages.server_error"
