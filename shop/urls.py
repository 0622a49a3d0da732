from django.urls import path

from shop.stripe import webhooks
from shop.views import cart, checkout, orders, pages

app_name = "shop"

urlpatterns = [
    path("", pages.home, name="home"),
    path("how-it-works/", pages.how_it_works, name="how_it_works"),
    path("attribution/", pages.attribution, name="attribution"),
    path("robots.txt", pages.robots, name="robots"),
    path("cart/", cart.cart, name="cart"),
    path("cart/add/", cart.add, name="cart_add"),
    path("cart/lines/<int:line_id>/", cart.line, name="cart_line"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("orders/<slug:token>/", orders.order, name="order"),
    path("orders/<slug:token>/return/", orders.come_back, name="order_return"),
    path("orders/<slug:token>/pay/", orders.pay, name="order_pay"),
    path("orders/<slug:token>/cancel/", orders.cancel, name="order_cancel"),
    path("stripe/webhook/", webhooks.receive, name="stripe_webhook"),
]
