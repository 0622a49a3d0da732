"""What a supplier gets: the CSV for its system, the PDF for its file, and the mail around them."""

import csv
import io
from datetime import date

import pytest
from django.conf import settings
from django.core import mail as outbox
from django.utils import timezone
from pypdf import PdfReader

from config.mail.models import OutgoingMail
from config.mail.services import message_id, resend_mail
from production.models import Part
from suppliers.models import PurchaseOrder, PurchaseOrderLine, Supplier
from suppliers.outbound.csv import COLUMNS, purchase_order_csv
from suppliers.outbound.pdf import purchase_order_pdf
from suppliers.services.purchase_orders import confirm_url, mail_key
from tests.factories.suppliers import purchased


def an_order(rows, *, currency="USD") -> tuple[PurchaseOrder, list[PurchaseOrderLine]]:
    """An unsaved purchase order of (sku, mpn, name, quantity, price)."""
    supplier = Supplier(name="Müller & Söhne", email="orders@mueller.example", currency=currency)
    purchase_order = PurchaseOrder(
        number="PO-7001",
        supplier=supplier,
        currency=currency,
        total_minor=sum(quantity * price for _, _, _, quantity, price in rows),
        created_at=timezone.now(),
    )
    lines = [
        PurchaseOrderLine(
            purchase_order=purchase_order,
            line_number=number,
            part=Part(part_number=f"P-{number}", mpn=mpn, manufacturer="Ökofan", name=name),
            sku=sku,
            description=name,
            quantity=quantity,
            price_minor=price,
            requested_on=date(2026, 12, 8),
        )
        for number, (sku, mpn, name, quantity, price) in enumerate(rows, start=1)
    ]
    return purchase_order, lines


HARD_ROWS = [
    ("00012345", "0401234567890", "Netzteil, 450 W", 2, 4_250),
    ("-12V-FAN", "=1+1", 'Lüfter 120 mm "leise"', 10, 999),
    ("1E5", "+49-7", "first line\nsecond line", 1, 130_000),
    ("@home; x", "", "Größe Ø 8 µm", 3, 5),
]

GOLDEN = (
    "po_number,revision,line,sku,mpn,description,quantity,unit,unit_price,currency,requested_on\r\n"
    'PO-7001,1,1,00012345,0401234567890,"Netzteil, 450 W",2,each,42.50,USD,2026-12-08\r\n'
    'PO-7001,1,2,-12V-FAN,=1+1,"Lüfter 120 mm ""leise""",10,each,9.99,USD,2026-12-08\r\n'
    'PO-7001,1,3,1E5,+49-7,"first line\nsecond line",1,each,1300.00,USD,2026-12-08\r\n'
    "PO-7001,1,4,@home; x,,Größe Ø 8 µm,3,each,0.05,USD,2026-12-08\r\n"
)


def test_the_csv_is_byte_for_byte_what_machines_were_promised():
    assert purchase_order_csv(*an_order(HARD_ROWS)) == GOLDEN.encode()


def test_every_value_of_the_csv_reads_back_exactly_as_text():
    content = purchase_order_csv(*an_order(HARD_ROWS)).decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["sku"], row["mpn"], row["description"]) for row in rows] == [
        row[:3] for row in HARD_ROWS
    ]


def test_prices_have_the_digits_of_their_currency():
    yen = purchase_order_csv(*an_order([("A", "", "B", 1, 4_250)], currency="JPY")).decode()
    dinar = purchase_order_csv(*an_order([("A", "", "B", 1, 4_250)], currency="KWD")).decode()
    assert ",4250,JPY," in yen
    assert ",4.250,KWD," in dinar


def pdf_of(rows) -> PdfReader:
    content = purchase_order_pdf(*an_order(rows), "https://cartwright.example/po/secret-token/")
    return PdfReader(io.BytesIO(content))


def test_the_pdf_says_the_number_the_lines_the_total_and_the_link():
    reader = pdf_of(HARD_ROWS)
    text = " ".join(reader.pages[0].extract_text().split())
    for words in ("Purchase order PO-7001", "Müller & Söhne", "00012345", "-12V-FAN", "Größe Ø"):
        assert words in text
    assert "1,300.00" in text
    assert "USD 1,485.05" in text
    assert "Tue 8 Dec 2026" in text
    assert "https://cartwright.example/po/secret-token/" in text.replace(" ", "")
    links = [annotation.get_object()["/A"]["/URI"] for annotation in reader.pages[0]["/Annots"]]
    assert set(links) == {"https://cartwright.example/po/secret-token/"}


def test_a_long_order_runs_over_pages_that_repeat_the_head_and_say_their_number():
    reader = pdf_of([(f"SKU-{n:03}", "MPN", f"Part {n}", n, 100) for n in range(1, 61)])
    assert len(reader.pages) > 1
    text = [page.extract_text() for page in reader.pages]
    assert all("Your number" in it for it in text)
    assert f"page {len(reader.pages)}" in text[-1]
    assert all(f"SKU-{n:03}" in "".join(text) for n in range(1, 61))


def test_the_same_order_gives_the_same_pdf():
    order = an_order(HARD_ROWS)
    url = "https://cartwright.example/po/t/"
    assert purchase_order_pdf(*order, url) == purchase_order_pdf(*order, url)


def test_words_that_look_like_markup_stay_words():
    text = pdf_of([("<b>A&B</b>", "M", "<para>&amp;", 1, 1)]).pages[0].extract_text()
    assert "<b>A&B</b>" in text
    assert "<para>&amp;" in text


@pytest.mark.django_db
def test_the_mail_carries_both_files_and_the_link_in_text_and_html():
    purchase_order = purchased(quantity=2)
    mail = OutgoingMail.objects.get(about=purchase_order.number)
    link = confirm_url(purchase_order)
    assert link.startswith(settings.BASE_URL)
    assert mail.to_email == "orders@nordkomp.example"
    assert mail.subject == f"Purchase order {purchase_order.number}: please confirm 1 line"
    assert link in mail.body_text
    assert f'href="{link}"' in mail.body_html
    name = f"{purchase_order.number}-r1"
    files = {it.filename: it for it in mail.attachments.all()}
    assert {key: it.content_type for key, it in files.items()} == {
        f"{name}.csv": "text/csv",
        f"{name}.pdf": "application/pdf",
    }
    assert bytes(files[f"{name}.pdf"].content).startswith(b"%PDF")
    assert purchase_order.number.encode() in bytes(files[f"{name}.csv"].content)


@pytest.mark.django_db
def test_the_message_id_follows_from_the_number_and_revision_alone():
    purchase_order = purchased()
    mail = OutgoingMail.objects.get(about=purchase_order.number)
    assert mail.message_id == message_id(f"purchase-order-{purchase_order.number}-r1")
    assert mail.message_id.endswith(f"@{settings.MAIL_DOMAIN}>")


@pytest.mark.django_db
def test_a_mail_that_is_sent_again_is_the_same_mail(drain):
    purchase_order = purchased()
    drain()
    resend_mail(key=mail_key(purchase_order))
    drain()
    first, second = (it for it in outbox.outbox if purchase_order.number in it.subject)
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert first.body == second.body
    assert [it.content for it in first.attachments] == [it.content for it in second.attachments]
