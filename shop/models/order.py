import secrets
from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.urls import reverse

from config.audit.models import Stateful
from configurator.models import Configuration
from shop.countries import country_name


def new_order_token() -> str:
    """The secret in an order's link: 144 random bits."""
    return secrets.token_urlsafe(18)


class ShippingMethod(models.Model):
    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    transit_days = models.PositiveSmallIntegerField(help_text="Working days on the way.")
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price_minor__gte=0), name="shipping_price_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_collected(self) -> bool:
        """The customer comes for it: nothing is on the way for any time."""
        return self.transit_days == 0


class Order(Stateful):
    """A customer's order. Price, configurations and promise are frozen when it is placed."""

    class Status(models.TextChoices):
        AWAITING_PAYMENT = "awaiting_payment"
        RELEASED = "released"  # payment cleared: production may start
        PRE_PRODUCTION = "pre_production"  # parts are being reserved and ordered
        KITTING = "kitting"  # the freeze: no change or cancellation from here on
        BUILD = "build"
        TEST = "test"
        BOXING = "boxing"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        CANCELLED = "cancelled"

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        "awaiting_payment": frozenset({"released", "cancelled"}),
        "released": frozenset({"pre_production", "cancelled"}),
        "pre_production": frozenset({"kitting", "cancelled"}),
        "kitting": frozenset({"build"}),
        "build": frozenset({"test"}),
        "test": frozenset({"boxing", "build"}),
        "boxing": frozenset({"shipped"}),
        "shipped": frozenset({"delivered"}),
    }

    number = models.CharField(max_length=16, unique=True)
    token = models.CharField(max_length=40, unique=True, default=new_order_token, editable=False)
    status = models.CharField(max_length=20, choices=Status, default=Status.AWAITING_PAYMENT)

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    line1 = models.CharField(max_length=120)
    line2 = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80)
    postal_code = models.CharField(max_length=20)
    region = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")

    shipping_method = models.ForeignKey(ShippingMethod, on_delete=models.PROTECT)
    currency = models.CharField(max_length=3)
    items_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField(help_text="Integer minor units, as Stripe counts them.")
    refunded_minor = models.BigIntegerField(default=0)

    # The first promise is never re-based; what is likely now may move, with a reason.
    promised_ships_on = models.DateField(null=True, blank=True)
    likely_ships_on = models.DateField(null=True, blank=True)
    promise_reason = models.CharField(max_length=200, blank=True)
    set_back_to = models.CharField(
        max_length=12,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The stage that a machine is at again, though the order had been further.",
    )
    told_ships_on = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text="What the customer was last told when the promise could not be kept.",
    )

    placed_at = models.DateTimeField(db_default=Now(), editable=False)
    pay_until_on = models.DateField(
        # What is written without it, before it was there and by older processes, has as long.
        db_default=Func(Value(14), template="(CURRENT_DATE + %(expressions)s)"),
        editable=False,
        help_text="The last day on which it can be paid at its price.",
    )
    # One checkout form makes one order, however often it is sent.
    checkout_key = models.UUIDField(unique=True)

    class Meta:
        ordering = ["-placed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(items_minor__gte=0, shipping_minor__gte=0, total_minor__gte=0),
                name="order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("items_minor") + F("shipping_minor")),
                name="order_total_is_items_and_shipping",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__range=(0, F("total_minor"))),
                name="order_refund_within_total",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("shop:order", args=[self.token])

    @property
    def country_name(self) -> str:
        return country_name(self.country)

    @property
    def is_frozen(self) -> bool:
        """Kitting has begun: neither change nor cancellation from here on."""
        return self.status not in {"awaiting_payment", "released", "pre_production"}


class OrderLine(models.Model):
    """So many machines of one frozen configuration."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    configuration = models.ForeignKey(Configuration, on_delete=models.PROTECT)
    name = models.CharField(max_length=120)
    quantity = models.PositiveSmallIntegerField()
    unit_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__range=(1, 99)), name="order_line_quantity_1_to_99"
            ),
            models.CheckConstraint(
                condition=Q(unit_minor__gte=0) & Q(amount_minor=F("unit_minor") * F("quantity")),
                name="order_line_amount_is_unit_times_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order.number}: {self.quantity} × {self.name}"
