from django.urls import path

from shop.views import ops

urlpatterns = [
    path("orders/", ops.orders, name="orders"),
    path("orders/<str:number>/", ops.order, name="order"),
    path("orders/<str:number>/cancel/", ops.cancel, name="order_cancel"),
    path("payments/<int:payment_id>/sync/", ops.sync, name="payment_sync"),
    path("holds/<int:hold_id>/close/", ops.close, name="hold_close"),
]
