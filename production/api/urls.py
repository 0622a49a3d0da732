from rest_framework.routers import SimpleRouter

from production.api.views import AssemblyJobViewSet

router = SimpleRouter()
router.register("jobs", AssemblyJobViewSet, basename="job")

urlpatterns = router.urls
