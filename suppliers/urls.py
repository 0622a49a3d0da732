from django.urls import path

from suppliers.views import supplier

app_name = "suppliers"

urlpatterns = [path("po/<str:token>/", supplier.purchase_order, name="purchase_order")]
