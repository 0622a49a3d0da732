from django.urls import path

from configurator.views import compare, configure

app_name = "configurator"

urlpatterns = [
    path("machines/<slug:slug>/", configure.configure, name="configure"),
    path("machines/<slug:slug>/save/", configure.save, name="save"),
    path("compare/", compare.compare, name="compare"),
    path("c/<slug:share_code>/", configure.shared, name="shared"),
]
