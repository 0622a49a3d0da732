"""Staff at the product desk, with the permissions of a role."""

from django.contrib.auth.models import Permission, User
from django.test import Client

READER = ("view_modelversion",)
EDITOR = (*READER, "change_modelversion", "add_modelversion")


def signed_in(*codenames: str) -> Client:
    user = User.objects.create_user(f"anna-{User.objects.count()}", is_staff=True)
    wanted = Permission.objects.filter(content_type__app_label="configurator")
    user.user_permissions.set(wanted.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client
