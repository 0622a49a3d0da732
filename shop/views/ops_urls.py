from django.urls import path

from shop.views import ops, ops_books, ops_refunds

urlpatterns = [
    path("orders/", ops.orders, name="orders"),
    path("orders/<str:number>/", ops.order, name="order"),
    path("orders/<str:number>/cancel/", ops.cancel, name="order_cancel"),
    path("payments/<int:payment_id>/sync/", ops.sync, name="payment_sync"),
    path("payments/<int:payment_id>/refund/", ops_refunds.refund, name="refund"),
    path("refunds/<int:refund_id>/approve/", ops_refunds.approve, name="refund_approve"),
    path("refunds/<int:refund_id>/withdraw/", ops_refunds.withdraw, name="refund_withdraw"),
    path("refunds/<int:refund_id>/retry/", ops_refunds.retry, name="refund_retry"),
    path("refunds/<int:refund_id>/settle/", ops_refunds.settle, name="refund_settle"),
    path("orders/<str:number>/hold/", ops.hold, name="order_hold"),
    path("holds/<int:hold_id>/close/", ops.close, name="hold_close"),
    path("books/", ops_books.trial_balance, name="books"),
    path("books/journal.csv", ops_books.journal, name="journal"),
    path("reconciliation/", ops_books.reconciliation, name="reconciliation"),
    path(
        "reconciliation/<int:difference_id>/resolve/",
        ops_books.resolve,
        name="difference_resolve",
    ),
]
