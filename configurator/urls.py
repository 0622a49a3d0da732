from django.urls import path

from configurator.views import compare, configure, local

app_name = "configurator"

urlpatterns = [
    path("machines/<slug:slug>/", configure.configure, name="configure"),
    path("machines/<slug:slug>/save/", configure.save, name="save"),
    path("machines/<slug:slug>/circuit/<str:sha256>.bin", local.circuit, name="circuit"),
    path(
        "machines/<slug:slug>/evaluation/<str:sha256>-<int:price_list>.json",
        local.prices,
        name="local_prices",
    ),
    path("compare/", compare.compare, name="compare"),
    path("c/<slug:share_code>/", configure.shared, name="shared"),
]
