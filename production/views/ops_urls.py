from django.urls import path, re_path

from production.views import board, counting, holds, jobs, parts, putaway, scrap

urlpatterns = [
    path("board/", board.board, name="board"),
    path("jobs/<str:number>/", jobs.job, name="job"),
    re_path(
        r"^jobs/(?P<number>[^/]+)/(?P<kind>[a-z]+)/(?P<verb>start|finish)/$",
        board.operation,
        name="operation",
    ),
    path("jobs/<str:number>/scrap/", scrap.scrap, name="scrap"),
    path("stock/", parts.stock, name="stock"),
    path("stock/bins/", counting.bins, name="bins"),
    path("stock/count/", counting.count, name="count"),
    path("stock/put-away/", putaway.put_away, name="put_away"),
    path("stock/holds/", holds.holds, name="holds"),
    path("stock/holds/<int:hold_id>/", holds.decide, name="hold_decide"),
    path("parts/<int:part_id>/", parts.part, name="part"),
    path("parts/<int:part_id>/adjust/", parts.adjust, name="part_adjust"),
]
