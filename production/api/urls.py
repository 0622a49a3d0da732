from django.urls import path
from rest_framework.routers import SimpleRouter

from production.api.floor_views import Checks, Jobs, Pieces, Protocols, Scans
from production.api.views import AssemblyJobViewSet

router = SimpleRouter()
router.register("jobs", AssemblyJobViewSet, basename="job")

urlpatterns = [
    *router.urls,
    path("floor/jobs/", Jobs.as_view(), name="floor-jobs"),
    path("floor/scans/", Scans.as_view(), name="floor-scans"),
    path("floor/checks/", Checks.as_view(), name="floor-checks"),
    path("floor/protocols/", Protocols.as_view(), name="floor-protocols"),
    path("floor/serials/", Pieces.as_view(), name="floor-serials"),
]
