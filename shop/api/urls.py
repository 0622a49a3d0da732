from django.urls import include, path
from rest_framework.routers import SimpleRouter

from shop.api import views

router = SimpleRouter()
router.register("orders", views.StaffOrders, basename="api-orders")

urlpatterns = [
    path("orders/<slug:token>/status/", views.OrderStatus.as_view(), name="api-order-status"),
    path("", include(router.urls)),
]
