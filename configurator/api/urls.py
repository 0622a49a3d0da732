from django.urls import path

from configurator.api import views

urlpatterns = [
    path("products/", views.Products.as_view(), name="api-products"),
    path("products/<slug:slug>/", views.Product.as_view(), name="api-product"),
    path("products/<slug:slug>/evaluate/", views.Evaluate.as_view(), name="api-evaluate"),
    path("products/<slug:slug>/explain/", views.Explain.as_view(), name="api-explain"),
    path("configurations/", views.Configurations.as_view(), name="api-configurations"),
    path(
        "configurations/<slug:share_code>/",
        views.FrozenConfiguration.as_view(),
        name="api-configuration",
    ),
]
