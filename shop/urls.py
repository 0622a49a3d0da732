from django.urls import path

from shop.stripe import webhooks

app_name = "shop"

urlpatterns = [
    path("stripe/webhook/", webhooks.receive, name="stripe_webhook"),
]
