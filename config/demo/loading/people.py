"""Who works here: one role for each room of the house, and one person in each."""

from collections.abc import Mapping
from types import MappingProxyType

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

READ = ("view",)
ACT = ("view", "change")
WORK = ("view", "add", "change")
EVERYTHING = ("view", "add", "change", "delete")

# Role → app → what its people may do there ("*"), or with single models.
ROLES: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "Product manager": {
            "configurator": {"*": EVERYTHING},
            "shop": {"shippingmethod": WORK},
            "production": {
                "part": WORK,
                "stocklevel": READ,
                "billofmaterial": (*EVERYTHING, "release"),
                "bomline": EVERYTHING,
            },
        },
        "Purchasing": {
            "suppliers": {"*": WORK},
            "production": {"*": READ},
            "shop": {"order": READ, "orderline": READ},
            "mail": {"*": ACT},
        },
        "Shop floor": {
            "production": {
                "*": READ,
                "assemblyjob": WORK,
                "joboperation": WORK,
                "stocklevel": ACT,
            },
            "suppliers": {"purchaseorder": READ, "purchaseorderline": READ, "goodsreceipt": WORK},
            "shop": {"order": READ, "orderline": READ},
        },
        "Finance": {
            "shop": {
                "*": READ,
                "order": ACT,
                "payment": WORK,
                "paymenthold": WORK,
                "refund": ("view", "add", "approve"),
                "disputeanswer": ("view", "add", "approve"),
                "balancedifference": ACT,
                "stripeevent": ACT,
            },
            "suppliers": {"*": READ},
            "mail": {"*": ACT},
            "audit": {"*": READ},
        },
    }
)
STAFF: Mapping[str, str] = MappingProxyType(
    {
        "product": "Product manager",
        "purchasing": "Purchasing",
        "floor": "Shop floor",
        "finance": "Finance",
    }
)


def load_roles() -> int:
    """Groups with the permissions of their role."""
    for role, apps in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        wanted = Q(pk__in=[])
        for app, models in apps.items():
            for model, actions in models.items():
                of_model = Q(content_type__app_label=app)
                if model != "*":
                    of_model &= Q(content_type__model=model)
                starts = Q(pk__in=[])
                for action in actions:
                    starts |= Q(codename__startswith=f"{action}_")
                wanted |= of_model & starts
        group.permissions.set(Permission.objects.filter(wanted))
    return len(ROLES)


def load_staff(*, password: str) -> int:
    """One person in each role; nobody can log in without a password. Existing people stay."""
    users = get_user_model()
    for username, role in STAFF.items():
        user, is_new = users.objects.get_or_create(username=username, defaults={"is_staff": True})
        if is_new or (password and not user.has_usable_password()):
            user.set_password(password or None)
            user.save(update_fields=["password"])
        user.groups.add(Group.objects.get(name=role))
    return len(STAFF)
