from django.urls import path

from suppliers.views import goods_in, ops, parts

urlpatterns = [
    path("purchase-orders/", ops.listing, name="purchase_orders"),
    path("purchase-orders/<slug:number>/", ops.detail, name="purchase_order"),
    path(
        "purchase-orders/<slug:number>/files/<str:filename>",
        ops.attachment,
        name="purchase_order_file",
    ),
    path("purchase-orders/<slug:number>/receive/", goods_in.receive, name="receive"),
    path("purchase-orders/<slug:number>/receive-all/", goods_in.receive_all, name="receive_all"),
    path("purchase-orders/<slug:number>/resend/", ops.resend, name="resend_purchase_order"),
    path("purchase-orders/<slug:number>/call-off/", ops.call_off, name="call_off_purchase_order"),
    path("offers/", parts.offers, name="offers"),
    path("short-parts/", parts.short, name="short_parts"),
    path("short-parts/buy/", parts.buy, name="buy_short_parts"),
]
