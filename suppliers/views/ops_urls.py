from django.urls import path

from suppliers.views import ops

urlpatterns = [
    path("purchase-orders/", ops.listing, name="purchase_orders"),
    path("purchase-orders/<str:number>/", ops.detail, name="purchase_order"),
    path("purchase-orders/<str:number>/receive/", ops.receive, name="receive"),
    path("purchase-orders/<str:number>/receive-all/", ops.receive_all, name="receive_all"),
    path("purchase-orders/<str:number>/resend/", ops.resend, name="resend_purchase_order"),
]
