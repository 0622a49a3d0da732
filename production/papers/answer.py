"""How a paper is sent: shown by the browser, saved under a name that says what it is."""

from django.http import HttpResponse


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )
