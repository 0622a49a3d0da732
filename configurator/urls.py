from django.urls import path

from configurator.views import configure

app_name = "configurator"

urlpatterns = [
    path("machines/<slug:slug>/", configure.configure, name="configure"),
    path("machines/<slug:slug>/save/", configure.save, name="save"),
    path("c/<slug:share_code>/", configure.shared, name="shared"),
]
