from django.urls import path

from config.console import views

urlpatterns = [
    path("", views.today, name="today"),
    path("find/", views.find, name="find"),
]
