from django.urls import path, re_path

from production.views import (
    board,
    counting,
    floor_actions,
    holds,
    jobs,
    parts,
    putaway,
    scrap,
    swap,
    trace,
)
from production.views.bills.urls import urlpatterns as bill_patterns

urlpatterns = [
    path("board/", board.board, name="board"),
    path("jobs/<str:number>/", jobs.job, name="job"),
    re_path(
        r"^jobs/(?P<number>[^/]+)/(?P<kind>[a-z]+)/(?P<verb>start|finish)/$",
        board.operation,
        name="operation",
    ),
    path("jobs/<str:number>/scan/", floor_actions.scan, name="job_scan"),
    path("jobs/<str:number>/by-hand/", floor_actions.pick_by_hand, name="job_by_hand"),
    path("jobs/<str:number>/serial/", floor_actions.serial, name="job_serial"),
    path("jobs/<str:number>/take-out/", floor_actions.take_out, name="job_take_out"),
    path("jobs/<str:number>/check/", floor_actions.check, name="job_check"),
    path("jobs/<str:number>/hold/", floor_actions.hold, name="job_hold"),
    path("jobs/<str:number>/lift/", floor_actions.lift, name="job_lift"),
    path("jobs/<str:number>/send-back/", floor_actions.send_back, name="job_send_back"),
    path("jobs/<str:number>/swap/<int:requirement_id>/", swap.swap, name="job_swap"),
    path("jobs/<str:number>/scrap/", scrap.scrap, name="scrap"),
    path("jobs/<str:number>/trace/", trace.machine, name="trace_job"),
    path("trace/", trace.find, name="trace"),
    path("trace/recall.csv", trace.recall_csv, name="trace_recall"),
    path("stock/", parts.stock, name="stock"),
    path("stock/bins/", counting.bins, name="bins"),
    path("stock/count/", counting.count, name="count"),
    path("stock/put-away/", putaway.put_away, name="put_away"),
    path("stock/holds/", holds.holds, name="holds"),
    path("stock/holds/<int:hold_id>/", holds.decide, name="hold_decide"),
    path("parts/<int:part_id>/", parts.part, name="part"),
    path("parts/<int:part_id>/adjust/", parts.adjust, name="part_adjust"),
    *bill_patterns,
]
