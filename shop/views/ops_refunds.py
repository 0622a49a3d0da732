"""The console's pages about giving money back: asking, approving, and what failed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from config.console.access import actor_of, staff_view
from config.console.typed import typed_line
from config.errors import CartwrightError
from config.money import Money
from shop.models import Order, Payment, Refund
from shop.refund_form import LONGEST_REASON, RefundForm
from shop.services import refunds
from shop.views.see_other import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("shop.add_refund")
def refund(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Ask for all or part of a payment back."""
    payment = Payment.objects.select_related("order").filter(pk=payment_id).first()
    if payment is None:
        raise Http404("no such payment")
    left = refunds.refundable_minor(payment)
    form = _form(request, payment, left)
    if request.method == "POST" and form.is_valid():
        try:
            asked = refunds.request_refund(
                payment_id=payment.pk,
                amount_minor=form.amount_minor,
                reason=form.cleaned_data["reason"],
                actor=actor_of(request),
                quantities=form.quantities,
            )
        except CartwrightError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _what_follows(asked))
            return see_other(_url_of(payment.order))
    context = {"payment": payment, "order": payment.order, "form": form, "left_minor": left}
    return render(request, "ops/refund.html", context, status=400 if form.errors else 200)


def _form(request: HttpRequest, payment: Payment, left: int) -> RefundForm:
    order = payment.order
    initial = {}
    if order.status == Order.Status.CANCELLED:
        initial["reason"] = "Your order was cancelled."
    return RefundForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        order=order,
        lines=list(order.lines.all()),
        left_minor=left,
    )


def _what_follows(asked: Refund) -> str:
    amount = Money(asked.amount_minor, asked.currency).format()
    if asked.needs_second_person:
        return f"{amount} of {asked.payment.order} goes back once somebody else approves it."
    return f"Stripe is asked to give {amount} of {asked.payment.order} back."


Move = Callable[[HttpRequest, Refund], str]


def _act(request: HttpRequest, refund_id: int, move: Move) -> HttpResponse:
    """Do one thing to a refund, and say on its order's page what came of it."""
    found = Refund.objects.select_related("payment__order").filter(pk=refund_id).first()
    if found is None:
        raise Http404("no such refund")
    try:
        messages.success(request, move(request, found))
    except CartwrightError as error:
        messages.error(request, str(error))
    return see_other(_url_of(found.payment.order))


@require_POST
@staff_view("shop.approve_refund")
def approve(request: HttpRequest, refund_id: int) -> HttpResponse:
    """The second person's word."""

    def move(request: HttpRequest, found: Refund) -> str:
        refunds.approve_refund(refund_id=found.pk, actor=actor_of(request))
        return f"{found}: approved; Stripe is asked."

    return _act(request, refund_id, move)


@require_POST
@staff_view("shop.add_refund")
def withdraw(request: HttpRequest, refund_id: int) -> HttpResponse:
    def move(request: HttpRequest, found: Refund) -> str:
        refunds.withdraw_refund(refund_id=found.pk, actor=actor_of(request))
        return f"{found}: withdrawn."

    return _act(request, refund_id, move)


@require_POST
@staff_view("shop.add_refund")
def retry(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Ask again for what failed."""

    def move(request: HttpRequest, found: Refund) -> str:
        return _what_follows(refunds.retry_refund(refund_id=found.pk, actor=actor_of(request)))

    return _act(request, refund_id, move)


@require_POST
@staff_view("shop.add_refund")
def settle(request: HttpRequest, refund_id: int) -> HttpResponse:
    """A person has paid it another way, and says how."""

    def move(request: HttpRequest, found: Refund) -> str:
        how = typed_line(request, "how", longest=LONGEST_REASON)
        if not how:
            raise CartwrightError("How: expected what was done about it, got nothing.")
        refunds.settle_failed_refund(refund_id=found.pk, actor=actor_of(request), how=how)
        return f"{found}: noted."

    return _act(request, refund_id, move)


def _url_of(order: Order) -> str:
    return reverse("ops:order", args=[order.number])
