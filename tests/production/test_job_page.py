"""A job's page: everything that the floor has to say about a machine can be said there."""

from decimal import Decimal
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from production.models import (
    AssemblyJob,
    BillOfMaterial,
    CheckResult,
    InstructionStep,
    JobHold,
    ScanEvent,
    SerialUnit,
)
from production.services.holds import hold_job
from tests.factories.production import draft_bill, planned_order, stock_part
from tests.production.floor.floor import (
    ACTOR,
    beep,
    finish,
    go,
    job_of,
    model_with_checks,
    need,
    planned_job,
    start,
)

pytestmark = pytest.mark.django_db

MAY = ("view_assemblyjob", "change_assemblyjob", "view_stocklevel", "view_part")


def staff(*codenames):
    user = User.objects.create_user("ines", password="x", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="production", codename__in=codenames)
    )
    return user


@pytest.fixture
def floor(client):
    client.force_login(staff(*MAY))
    return client


@pytest.fixture
def version():
    return model_with_checks()


@pytest.fixture
def job(version):
    return planned_job(version=version)


class Forms(HTMLParser):
    """The forms of a page: where each goes, and the values of its fields as they stand."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.focused = ""

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.found.append((values.get("action", ""), {}))
        if tag in {"input", "select"} and self.found and values.get("name"):
            self.found[-1][1].setdefault(values["name"], values.get("value", ""))
            if "autofocus" in values:
                self.focused = values["name"]


def page(client, job):
    response = client.get(reverse("ops:job", args=[job.number]))
    assert response.status_code == 200, response.content[:2000]
    return response.text


def forms_of(client, job):
    parser = Forms()
    parser.feed(page(client, job))
    return parser.found


def form_of(client, job, name, *args, **wanted):
    """The first form that goes to a view and holds these values."""
    url = reverse(name, args=[job.number, *args])
    for action, fields in forms_of(client, job):
        if action == url and wanted.items() <= fields.items():
            return action, fields
    raise AssertionError(f"The page offers nothing for {url} with {wanted}.")


def send(client, form, **typed):
    """Fill a form of the page in and send it; every field that is typed in must be there."""
    action, fields = form
    assert typed.keys() <= fields.keys(), fields
    response = client.post(action, {**fields, **typed}, follow=True)
    assert response.status_code == 200, response.content[:2000]
    return response.text


def scan(client, job, code, **typed):
    return send(client, form_of(client, job, "ops:job_scan"), code=code, **typed)


def press(client, job, kind, verb, **typed):
    return send(client, form_of(client, job, "ops:operation", kind, verb), **typed)


def offers(client, job, name, *args):
    url = reverse(name, args=[job.number, *args])
    return any(action == url for action, _ in forms_of(client, job))


def test_a_machine_goes_from_its_kit_into_its_box_by_what_its_page_offers(floor, job):
    press(floor, job, "kitting", "start")
    scan(floor, job, "CW:P:CASE-MINI")
    scan(floor, job, "SCREW", quantity="8")
    press(floor, job, "kitting", "finish", by_hand="labels of the bag are worn")
    press(floor, job, "build", "start")
    scan(floor, job, "CPU-6")
    assert "serial number C-1" in scan(floor, job, "C-1")
    press(floor, job, "build", "finish")
    press(floor, job, "test", "start")
    send(floor, form_of(floor, job, "ops:job_check", code="boots", result="pass"))
    send(floor, form_of(floor, job, "ops:job_check", code="rail-12v"), value="12.05")
    press(floor, job, "test", "finish")
    press(floor, job, "box", "start")
    press(floor, job, "box", "finish", tracking_number="1Z999")
    job.refresh_from_db()
    assert job.status == AssemblyJob.Status.DONE
    assert job.order_line.order.shipment.tracking_number == "1Z999"
    assert SerialUnit.objects.get().requirement == need(job, "CPU-6")
    html = page(floor, job)
    assert "C-1" in html
    assert "12.05 V" in html


def test_the_field_to_scan_into_has_the_focus_before_and_after(floor, job):
    start(job, "kitting")
    for html in (page(floor, job), scan(floor, job, "CPU-6")):
        parser = Forms()
        parser.feed(html)
        assert parser.focused == "code"


def test_what_was_scanned_and_what_comes_next_is_told(floor, job):
    start(job, "kitting")
    html = scan(floor, job, "CPU-6")
    assert "1 of 1 picked" in html
    assert "Next: 2 × Cable (CABLE) from A-01, then" in html


def test_a_wrong_part_is_refused_with_what_was_expected(floor, job):
    start(job, "kitting")
    html = scan(floor, job, "PSU-850")
    assert f"is not for {job.number}. Expected: 2 × Cable (CABLE) from A-01" in html
    assert not ScanEvent.objects.filter(outcome="accepted").exists()


def test_a_scan_that_is_sent_twice_counts_once(floor, job):
    start(job, "kitting")
    form = form_of(floor, job, "ops:job_scan")
    for _ in range(2):
        assert "1 of 8 picked" in send(floor, form, code="SCREW")
    assert ScanEvent.objects.count() == 1


def test_a_form_that_was_sent_before_takes_no_other_code(floor, job):
    start(job, "kitting")
    form = form_of(floor, job, "ops:job_scan")
    send(floor, form, code="SCREW")
    assert "sent before with another code" in send(floor, form, code="TIE")
    assert ScanEvent.objects.count() == 1


@pytest.mark.parametrize("code", ["", " ", "\0", "x" * 500, "CW:P:", "<script>"])
def test_nothing_that_is_scanned_breaks_the_page(floor, job, code):
    start(job, "kitting")
    html = scan(floor, job, code)
    assert 'class="notice error"' in html
    assert "<script>" not in html.split("notices", 1)[1]


def test_the_code_of_another_job_leads_to_its_page(floor, version, job):
    other = job_of(planned_order(version=version))
    form = form_of(floor, job, "ops:job_scan")
    response = floor.post(form[0], {**form[1], "code": f"CW:J:{other.number}"})
    assert response.url == reverse("ops:job", args=[other.number])


def test_what_is_left_to_pick_stands_in_the_order_of_the_walk(floor, job):
    start(job, "kitting")
    rows = floor.get(reverse("ops:job", args=[job.number])).context["picks"]
    walk = [(row["bin"].sequence, row["bin"].code) for row in rows]
    assert walk == sorted(walk)
    assert len(rows) == job.requirements.count()
    scan(floor, job, "CPU-6")
    assert "CPU-6" not in page(floor, job).split("To pick", 1)[1].split("</table>", 1)[0]


def test_a_kit_is_finished_by_hand_only_with_a_reason(floor, job):
    start(job, "kitting")
    assert "not picked yet" in press(floor, job, "kitting", "finish", by_hand=" ")
    press(floor, job, "kitting", "finish", by_hand="the scanner is broken")
    assert ScanEvent.objects.filter(message__contains="the scanner is broken").exists()
    assert offers(floor, job, "ops:operation", "build", "start")


def test_one_line_is_confirmed_by_hand_and_counts_once(floor, job):
    start(job, "kitting")
    form = form_of(floor, job, "ops:job_by_hand", requirement=str(need(job, "SCREW").pk))
    for _ in range(2):
        assert "3 × " in send(floor, form, quantity="3", reason="no label")
    assert ScanEvent.objects.get().quantity == 3
    assert "expected a reason, got none" in send(
        floor,
        form_of(floor, job, "ops:job_by_hand", requirement=str(need(job, "SCREW").pk)),
        reason=" ",
    )


def test_a_serial_number_is_typed_where_it_is_missing_and_can_be_taken_out(floor, job):
    go(job, "kitting")
    start(job, "build")
    assert "One is missing" in page(floor, job)
    html = send(floor, form_of(floor, job, "ops:job_serial"), serial="C-7")
    assert "All are written down" in html
    assert not offers(floor, job, "ops:job_serial")
    html = send(floor, form_of(floor, job, "ops:job_take_out"), reason="read wrongly")
    assert "C-7 is out of the machine" in html
    assert "One is missing" in html


def test_a_serial_number_of_another_machine_is_refused_in_words(floor, version, job):
    other = job_of(planned_order(version=version))
    for one in (job, other):
        go(one, "kitting")
        start(one, "build")
    beep("CPU-6", other)
    beep("C-1", other)
    html = send(floor, form_of(floor, job, "ops:job_serial"), serial="C-1")
    assert f"sits in {other.number} already" in html
    assert "expected a serial number, got none" in send(
        floor, form_of(floor, job, "ops:job_serial"), serial=" "
    )


@pytest.fixture
def tested(version):
    """A machine under test that has its serial number."""
    job = planned_job(version=version)
    go(job, "kitting")
    start(job, "build")
    beep("CPU-6", job)
    beep("C-1", job)
    finish(job, "build")
    start(job, "test")
    return job


def test_a_value_beyond_its_limits_has_failed_in_words_and_stops_the_box(floor, tested):
    assert "11.4 to 12.6 V" in page(floor, tested)
    html = send(floor, form_of(floor, tested, "ops:job_check", code="rail-12v"), value="12.7")
    assert '<span class="failed">failed, 12.7 V</span>' in html
    assert "2 checks have not passed: It boots, 12 V rail." in html
    assert not offers(floor, tested, "ops:operation", "test", "finish")


def test_a_check_that_is_sent_twice_is_one_result_and_the_last_one_counts(floor, tested):
    form = form_of(floor, tested, "ops:job_check", code="boots", result="fail")
    for _ in range(2):
        send(floor, form, note="no picture")
    assert CheckResult.objects.get().note == "no picture"
    html = send(floor, form_of(floor, tested, "ops:job_check", code="boots", result="pass"))
    assert "tested 2 times" in html
    assert "A check has not passed: 12 V rail." in html


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"value": "abc"}, "Expected a measured value, a number."),
        ({"value": ""}, "expected a value in V, got none"),
        ({"value": "1e400"}, "expected"),
        ({"client_id": "x", "value": "12"}, "The form came with a broken id."),
        ({"code": "other", "value": "12"}, "has no check"),
    ],
)
def test_a_result_that_makes_no_sense_is_refused_in_words(floor, tested, data, said):
    url = reverse("ops:job_check", args=[tested.number])
    sent = {"client_id": uuid4(), "code": "rail-12v", **data}
    assert said.casefold() in floor.post(url, sent, follow=True).text.casefold()
    assert not CheckResult.objects.exists()


def test_a_machine_without_its_serial_numbers_is_not_offered_a_box(floor, version):
    job = planned_job(version=version)
    go(job, "kitting", "build")
    start(job, "test")
    url = reverse("ops:job_check", args=[job.number])
    for code, result in (("boots", {"result": "pass"}), ("rail-12v", {"value": Decimal(12)})):
        floor.post(url, {"client_id": uuid4(), "code": code, **result})
    finish(job, "test")
    assert "Serial numbers are missing: 1 × " in page(floor, job)
    assert not offers(floor, job, "ops:operation", "box", "start")


def test_a_held_job_offers_nothing_but_the_end_of_its_hold(floor, job):
    start(job, "kitting")
    send(
        floor, form_of(floor, job, "ops:job_hold"), cause="quality", reason="the case is scratched"
    )
    assert JobHold.objects.get().opened_by == ACTOR
    html = page(floor, job)
    assert "On hold (quality)" in html
    assert "the case is scratched" in html
    for name in ("ops:job_by_hand", "ops:job_send_back", "ops:job_hold"):
        assert not offers(floor, job, name)
    assert "is on hold" in scan(floor, job, "CPU-6")  # the field waits for another job's code
    assert "The hold is lifted." in send(
        floor, form_of(floor, job, "ops:job_lift"), note="polished"
    )
    assert "1 of 1 picked" in scan(floor, job, "CPU-6")


def test_a_job_is_sent_back_with_a_reason_and_its_history_tells_it(floor, tested):
    html = send(
        floor, form_of(floor, tested, "ops:job_send_back"), kind="build", reason="the fan rattles"
    )
    assert "it goes on with build" in html
    assert "Build: back to build: the fan rattles" in html
    assert offers(floor, tested, "ops:operation", "build", "start")
    assert "C-1" in html


def test_what_broke_is_scrapped_from_a_link(floor, tested):
    assert f'href="{reverse("ops:scrap", args=[tested.number])}"' in page(floor, tested)


def test_the_steps_of_the_operation_are_those_of_this_configuration(floor, version):
    top = BillOfMaterial.objects.get(
        part__part_number__startswith="MCH-", status=BillOfMaterial.Status.RELEASED
    )
    rows = [
        (
            f"@{one.component_group}" if one.component_group else one.component.part_number,
            one.quantity_per,
            one.condition,
            one.operation,
        )
        for one in top.lines.select_related("component").order_by("position")
    ]
    BillOfMaterial.objects.filter(pk=top.pk).update(status=BillOfMaterial.Status.SUPERSEDED)
    new = draft_bill(top.part, rows, top.product_slug)
    for position, (operation, text, condition) in enumerate(
        [
            ("kitting", "Lay the kit out", ""),
            ("build", "Screw the board in", ""),
            ("build", "Hold the card up", 'graphics != "none"'),
        ]
    ):
        InstructionStep.objects.create(
            bill=new, position=position, operation=operation, text=text, condition=condition
        )
    BillOfMaterial.objects.filter(pk=new.pk).update(status=BillOfMaterial.Status.RELEASED)
    job = planned_job(version=version)
    assert "Lay the kit out" in page(floor, job)
    go(job, "kitting")
    html = page(floor, job)
    assert "Screw the board in" in html
    assert "Hold the card up" not in html
    assert "Lay the kit out" not in html


def test_a_short_part_is_swapped_for_an_approved_one_by_a_worker(floor, drain):
    job = planned_job(version=model_with_checks(tracked=(), has_alternates=True))
    url = reverse("ops:job_swap", args=[job.number, need(job, "FAN").pk])
    assert url in page(floor, job)
    html = floor.get(url).text
    assert "FAN-B" in html
    assert "How the customer agreed" in html
    stock_part("FAN-B", 5)
    data = {"part_number": "FAN-B", "reason": "short", "consent": "mail of today"}
    assert "swapped in a moment" in floor.post(url, data, follow=True).text
    drain()
    assert need(job, "FAN-B").quantity == 1


def test_on_the_board_a_step_that_needs_the_page_is_a_link_to_it(floor, job):
    board = reverse("ops:board")
    finish_url = reverse("ops:operation", args=[job.number, "kitting", "finish"])
    start(job, "kitting")
    html = floor.get(board).text
    assert finish_url not in html
    assert "Pick its parts" in html


def test_who_may_only_look_is_offered_nothing_and_refused(client, tested):
    client.force_login(staff("view_assemblyjob"))
    ours = f"/jobs/{tested.number}/"
    assert not [action for action, _ in forms_of(client, tested) if ours in action]
    for name in ("scan", "by_hand", "serial", "take_out", "check", "hold", "lift", "send_back"):
        assert client.post(reverse(f"ops:job_{name}", args=[tested.number])).status_code == 403


@pytest.mark.parametrize("name", ["scan", "by_hand", "serial", "take_out", "check", "send_back"])
def test_an_empty_form_is_answered_in_words(floor, tested, name):
    html = floor.post(reverse(f"ops:job_{name}", args=[tested.number]), follow=True)
    assert html.status_code in {200, 404}
    if html.status_code == 200:
        assert 'class="notice error"' in html.text


def test_what_belongs_to_another_job_is_not_found(floor, version, tested):
    other = job_of(planned_order(version=version))
    unit = SerialUnit.objects.get()
    url = reverse("ops:job_take_out", args=[other.number])
    assert floor.post(url, {"unit": unit.pk, "reason": "x"}).status_code == 404
    url = reverse("ops:job_serial", args=[other.number])
    assert (
        floor.post(url, {"requirement": need(tested, "CPU-6").pk, "serial": "x"}).status_code == 404
    )


def count_statements(client, job):
    with CaptureQueriesContext(connection) as captured:
        page(client, job)
    return len(captured)


def test_a_bigger_machine_asks_the_database_no_more(floor, version):
    small, big = (
        job_of(planned_order(version=version)),
        job_of(planned_order(version=version, graphics="card")),
    )
    for one in (small, big):
        go(one, "kitting")
        start(one, "build")
        beep("CPU-6", one)
        beep(f"C-{one.pk}", one)
        finish(one, "build")
        start(one, "test")
        floor.post(
            reverse("ops:job_check", args=[one.number]),
            {"client_id": uuid4(), "code": "boots", "result": "fail"},
        )
    assert big.requirements.count() > small.requirements.count()
    page(floor, small)
    assert count_statements(floor, big) == count_statements(floor, small) <= 12
    hold_job(job_id=big.pk, cause="other", reason="x", actor=ACTOR)
    assert count_statements(floor, big) <= 13


def test_while_a_kit_is_picked_its_page_asks_for_the_bins_as_well(floor, version):
    job = planned_job(version=version)
    start(job, "kitting")
    beep("SCREW", job)
    page(floor, job)
    assert count_statements(floor, job) <= 12


def test_from_its_page_a_job_leads_to_its_list_and_its_trace(floor, job):
    html = page(floor, job)
    for url in (
        f"{reverse('ops:pick')}?job={job.number}",
        reverse("ops:trace_job", args=[job.number]),
    ):
        assert f'href="{url}"' in html
