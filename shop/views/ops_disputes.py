"""The console's pages about disputes: what is to be answered, until when, and with what."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.console.typed import typed_line
from config.errors import CartwrightError
from shop import selectors
from shop.dispute_words import reason_words, tone_of, words_of
from shop.evidence import LONGEST_ANSWER, evidence_of, fields_of, suggested_words
from shop.models import Dispute, DisputeAnswer
from shop.services import disputes
from shop.services.asking import ask_about_payment
from shop.views.see_other import see_other

PAGE_SIZE = 50
LONGEST_REASON = 300


class OurWords(forms.Form):
    """What the bank is told in our own words, beside the records."""

    words = forms.CharField(
        label="What we tell the bank",
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea({"rows": 14}),
        error_messages={
            "required": "What we tell the bank: expected a few sentences, got nothing."
        },
        help_text="The bank reads it once, with our records. It cannot be changed after.",
    )


@require_safe
@staff_view("shop.view_dispute")
def disputes_page(request: HttpRequest) -> HttpResponse:
    """Open disputes, the most urgent first; or those that have ended."""
    show = "ended" if request.GET.get("show") == "ended" else "open"
    page = Paginator(selectors.disputes(is_open=show == "open"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    rows = [
        {"dispute": one, "tone": tone_of(one), "why": reason_words(one), "words": words_of(one)}
        for one in page
    ]
    context = {"page": page, "rows": rows, "show": show, "page_query": urlencode({"show": show})}
    return render(request, "ops/disputes.html", context)


@require_safe
@staff_view("shop.view_dispute")
def dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """One dispute, our records about it, and what we told the bank."""
    found = _dispute_of(dispute_id)
    return _shown(request, found, OurWords(initial={"words": suggested_words(found)}))


@require_POST
@staff_view("shop.add_disputeanswer")
def submit(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Send our records and our words to the bank."""
    found = _dispute_of(dispute_id)
    form = OurWords(request.POST)
    if not form.is_valid():
        return _shown(request, found, form, status=400)
    evidence = fields_of(evidence_of(found)) | {"uncategorized_text": form.cleaned_data["words"]}

    def move() -> str:
        disputes.submit_evidence(dispute_id=found.pk, evidence=evidence, actor=actor_of(request))
        return "Stripe is asked to give the bank our evidence."

    return _act(request, found, move)


@require_POST
@staff_view("shop.add_disputeanswer")
def accept(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Ask to let the customer keep the money; a second person agrees or not."""
    found = _dispute_of(dispute_id)
    why = typed_line(request, "why", longest=LONGEST_REASON)

    def move() -> str:
        if not why:
            raise CartwrightError("Why: expected a sentence for your colleagues, got nothing.")
        disputes.accept_loss(dispute_id=found.pk, reason=why, actor=actor_of(request))
        return "The loss is accepted once somebody else approves it."

    return _act(request, found, move)


@require_POST
@staff_view("shop.approve_disputeanswer")
def approve(request: HttpRequest, answer_id: int) -> HttpResponse:
    """The second person's word."""
    answer = _answer_of(answer_id)

    def move() -> str:
        disputes.approve_answer(answer_id=answer_id, actor=actor_of(request))
        return "Approved; Stripe is told."

    return _act(request, answer.dispute, move)


@require_POST
@staff_view("shop.add_disputeanswer")
def withdraw(request: HttpRequest, answer_id: int) -> HttpResponse:
    answer = _answer_of(answer_id)

    def move() -> str:
        disputes.withdraw_answer(answer_id=answer_id, actor=actor_of(request))
        return "Withdrawn."

    return _act(request, answer.dispute, move)


@require_POST
@staff_view("shop.change_payment")
def sync(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Ask Stripe now how the dispute stands."""
    found = _dispute_of(dispute_id)

    def move() -> str:
        answer = ask_about_payment(payment_id=found.payment_id, asked_by=actor_of(request))
        if answer.trouble:
            return f"{answer.trouble} It is asked again until it answers."
        return "Stripe was asked." if answer.is_done else "Stripe is being asked."

    return _act(request, found, move)


def _act(request: HttpRequest, found: Dispute, move: Callable[[], str]) -> HttpResponse:
    """Do one thing to a dispute, and say on its page what came of it."""
    try:
        messages.success(request, move())
    except CartwrightError as error:
        messages.error(request, str(error))
    return see_other(reverse("ops:dispute", args=[found.pk]))


def _shown(request: HttpRequest, found: Dispute, form: OurWords, status: int = 200) -> HttpResponse:
    answers = list(found.answers.order_by("-pk"))
    is_live = any(one.status in disputes.LIVE for one in answers)
    context = {
        "dispute": found,
        "order": found.payment.order,
        "tone": tone_of(found),
        "why": reason_words(found),
        "words": words_of(found),
        "records": evidence_of(found),
        "answers": answers,
        "can_answer": found.is_to_answer and not is_live,
        "form": form,
        "history": [
            {"change": change, "state": change.to_state.replace("_", " ")}
            for change in selectors.history_of_dispute(found)
        ],
    }
    return render(request, "ops/dispute.html", context, status=status)


def _dispute_of(dispute_id: int) -> Dispute:
    found = (
        Dispute.objects.select_related("payment__order__shipment", "payment__order")
        .filter(pk=dispute_id)
        .first()
    )
    if found is None:
        raise Http404("no such dispute")
    return found


def _answer_of(answer_id: int) -> DisputeAnswer:
    found = DisputeAnswer.objects.select_related("dispute").filter(pk=answer_id).first()
    if found is None:
        raise Http404("no such answer")
    return found
