from django.urls import path, re_path

from production.views import board, jobs, parts

urlpatterns = [
    path("board/", board.board, name="board"),
    path("jobs/<str:number>/", jobs.job, name="job"),
    re_path(
        r"^jobs/(?P<number>[^/]+)/(?P<kind>[a-z]+)/(?P<verb>start|finish)/$",
        board.operation,
        name="operation",
    ),
    path("stock/", parts.stock, name="stock"),
    path("parts/<int:part_id>/", parts.part, name="part"),
    path("parts/<int:part_id>/adjust/", parts.adjust, name="part_adjust"),
]
