"""The sandbox cashier: a local, Stripe-compatible server for development, demos and tests.

It runs in a process of its own, keeps its own state, and is reached by the official SDK through
one setting (the API base address), so the shop has no branch between it and Stripe:

    python -m shop.stripe.sandbox --state DIR --webhook-url URL --webhook-secret whsec_...

Spoken under ``/v1/``: checkout sessions, payment intents, payment methods, charges, refunds,
disputes, reviews, early fraud warnings, balance transactions, events and the webhook
endpoint. Customers meet it at ``/c/pay/{session}``, a page that works without script. A program
can pay there as a browser does, by one form post:

    method=card             number, expiry (MM/YY), cvc
    method=sepa_debit       iban
    method=us_bank_account  routing_number, account_number
    method=bacs_debit       sort_code, bacs_account_number
    method=ideal            (or bancontact) nothing more
    always                  name, and email unless the session has one

The answer is a redirect (303) to the success address or to the bank's page (3-D Secure, iDEAL,
Bancontact), the form again with the reason (402 declined, 422 not filled in correctly), or 410
when the session expired. At the bank's page: ``answer=confirm`` or ``answer=refuse``, or no answer
at all, which leaves the payment undecided until the session expires.

What a payment brings later (a failed debit, a dispute, a refund that fails) is an appointment:
see ``calendar_book``. Time can be let pass, banks and customers can be made to act, events can be
disturbed (``chaos``) and the API can be slow, refuse, hang or lose its answers (``outages``), all
under ``/sandbox/``: see ``endpoints.control``; a person does it at ``/c/bank``. Another kind of
object would add a builder in ``objects`` and its endpoints in ``endpoints``.
"""
