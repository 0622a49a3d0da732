"""The product desk in the operations console: where machines are described, checked and put on
sale."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
