from django.urls import path

from shop.views import ops, ops_books, ops_disputes, ops_refunds

urlpatterns = [
    path("orders/", ops.orders, name="orders"),
    path("orders/<str:number>/", ops.order, name="order"),
    path("orders/<str:number>/cancel/", ops.cancel, name="order_cancel"),
    path("payments/<int:payment_id>/sync/", ops.sync, name="payment_sync"),
    path("payments/<int:payment_id>/refund/", ops_refunds.refund, name="refund"),
    path("refunds/<int:refund_id>/approve/", ops_refunds.approve, name="refund_approve"),
    path("refunds/<int:refund_id>/withdraw/", ops_refunds.withdraw, name="refund_withdraw"),
    path("refunds/<int:refund_id>/retry/", ops_refunds.retry, name="refund_retry"),
    path("refunds/<int:refund_id>/transfer/", ops_refunds.transfer, name="refund_transfer"),
    path("refunds/<int:refund_id>/drop/", ops_refunds.drop, name="refund_drop"),
    path("disputes/", ops_disputes.disputes_page, name="disputes"),
    path("disputes/<int:dispute_id>/", ops_disputes.dispute, name="dispute"),
    path("disputes/<int:dispute_id>/submit/", ops_disputes.submit, name="dispute_submit"),
    path("disputes/<int:dispute_id>/accept/", ops_disputes.accept, name="dispute_accept"),
    path("disputes/<int:dispute_id>/sync/", ops_disputes.sync, name="dispute_sync"),
    path("disputes/answers/<int:answer_id>/approve/", ops_disputes.approve, name="answer_approve"),
    path(
        "disputes/answers/<int:answer_id>/withdraw/", ops_disputes.withdraw, name="answer_withdraw"
    ),
    path("orders/<str:number>/hold/", ops.hold, name="order_hold"),
    path("holds/<int:hold_id>/close/", ops.close, name="hold_close"),
    path("books/", ops_books.trial_balance, name="books"),
    path("books/journal.csv", ops_books.journal, name="journal"),
    path("reconciliation/", ops_books.reconciliation, name="reconciliation"),
    path("reconciliation/compare/", ops_books.compare_now, name="reconcile"),
    path(
        "reconciliation/<int:difference_id>/resolve/",
        ops_books.resolve,
        name="difference_resolve",
    ),
]
