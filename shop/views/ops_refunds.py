"""The console's pages about giving money back: asking, approving, and what failed."""

from collections.abc import Callable
from uuid import uuid4

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
from shop.refund_form import LONGEST_REASON, RefundForm, TransferForm
from shop.services import failed_refunds, refund_requests
from shop.views.see_other import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("shop.add_refund")
def refund(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Ask for all or part of a payment back."""
    payment = Payment.objects.select_related("order").filter(pk=payment_id).first()
    if payment is None:
        raise Http404("no such payment")
    left = refund_requests.refundable_minor(payment)
    form = _form(request, payment, left)
    if request.method == "POST" and form.is_valid():
        try:
            asked = refund_requests.request_refund(
                payment_id=payment.pk,
                amount_minor=form.amount_minor,
                reason=form.cleaned_data["reason"],
                actor=actor_of(request),
                quantities=form.quantities,
                form_key=form.cleaned_data["form_key"].hex,
            )
        except CartwrightError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _what_follows(asked))
            return see_other(_url_of(payment.order))
    context = {
        "payment": payment,
        "order": payment.order,
        "form": form,
        "left_minor": left,
        "stops": refund_requests.takes_all(payment, left),
    }
    return render(request, "ops/refund.html", context, status=400 if form.errors else 200)


def _form(request: HttpRequest, payment: Payment, left: int) -> RefundForm:
    order = payment.order
    initial: dict[str, object] = {"form_key": uuid4()}
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
    order = asked.payment.order
    amount = Money(asked.amount_minor, asked.currency).format()
    if asked.needs_second_person:
        return f"{amount} of {order} goes back once somebody else approves it."
    return f"Stripe is asked to give {amount} of {order} back.{_stopped(asked.payment)}"


def _stopped(payment: Payment) -> str:
    """What a refund that takes everything has done to the machine, if it is still here."""
    if not refund_requests.takes_all(payment):
        return ""
    return f" That is everything: {payment.order} is not shipped until its hold is closed."


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
        refund_requests.approve_refund(refund_id=found.pk, actor=actor_of(request))
        follows = "it is being booked" if found.way == Refund.Way.TRANSFER else "Stripe is asked"
        return f"{found}: approved; {follows}.{_stopped(found.payment)}"

    return _act(request, refund_id, move)


@require_POST
@staff_view("shop.add_refund")
def withdraw(request: HttpRequest, refund_id: int) -> HttpResponse:
    def move(request: HttpRequest, found: Refund) -> str:
        refund_requests.withdraw_refund(refund_id=found.pk, actor=actor_of(request))
        return f"{found}: withdrawn."

    return _act(request, refund_id, move)


@require_POST
@staff_view("shop.add_refund")
def retry(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Ask again for what failed."""

    def move(request: HttpRequest, found: Refund) -> str:
        again = failed_refunds.retry_refund(refund_id=found.pk, actor=actor_of(request))
        return _what_follows(again)

    return _act(request, refund_id, move)


@require_POST
@staff_view("shop.add_refund")
def transfer(request: HttpRequest, refund_id: int) -> HttpResponse:
    """What failed was sent from our bank instead; somebody else says so too."""

    def move(request: HttpRequest, found: Refund) -> str:
        form = TransferForm(request.POST)
        if not form.is_valid():
            raise CartwrightError(form.problem())
        made = failed_refunds.replace_by_transfer(
            refund_id=found.pk, actor=actor_of(request), **form.cleaned_data
        )
        return f"{made}: it is booked once somebody else approves it."

    return _act(request, refund_id, move)


@require_POST
@staff_view("shop.add_refund")
def drop(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Nothing is to be paid any more, and a person says why."""

    def move(request: HttpRequest, found: Refund) -> str:
        why = typed_line(request, "why", longest=LONGEST_REASON)
        if not why:
            raise CartwrightError("Why: expected why nothing is to be paid any more, got nothing.")
        failed_refunds.drop_refund(refund_id=found.pk, actor=actor_of(request), why=why)
        return f"{found}: noted."

    return _act(request, refund_id, move)


def _url_of(order: Order) -> str:
    return reverse("ops:order", args=[order.number])
