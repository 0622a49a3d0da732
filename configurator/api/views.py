"""Configure by API: the same services and selectors as the page, without a session."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ParseError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from configurator.api import serializers as shapes
from configurator.api.throttles import EvaluateThrottle, FreezeThrottle, ReadThrottle
from configurator.engine.explain import explain
from configurator.engine.ir import Group
from configurator.engine.price import PriceBook
from configurator.errors import StaleVersion, engine_errors_translated
from configurator.models import Configuration, ModelVersion
from configurator.selectors import (
    ListedModel,
    OptionDetail,
    configuration_by_code,
    current_price_list,
    engine_model,
    evaluation,
    listed_models,
    option_details,
    parts_in,
    price_book,
    price_lines,
    published_version,
    ship_estimate,
)
from configurator.services.configurations import freeze_configuration

LARGEST_BODY = 262_144  # choices for every group of any machine are a few thousand bytes
WRONG = shapes.ErrorSerializer
MISSING = {404: WRONG}
REFUSED = {400: WRONG, 404: WRONG, 409: WRONG}


class PublicView(APIView):
    """Anybody may configure: nothing here is private, nothing here is bought."""

    permission_classes = (AllowAny,)
    throttle_classes: tuple[type[BaseThrottle], ...] = (ReadThrottle,)


class Products(PublicView):
    @extend_schema(
        operation_id="products_list",
        responses=shapes.ProductSerializer(many=True),
        summary="What is on sale",
    )
    def get(self, request: Request) -> Response:
        """Every machine with the total and likely date of its default configuration."""
        return Response([_product(listed) for listed in listed_models()])


class Product(PublicView):
    @extend_schema(
        operation_id="products_retrieve",
        responses={200: shapes.ProductDetailSerializer, **MISSING},
        summary="Groups, options, prices and rules of a machine",
    )
    def get(self, request: Request, slug: str) -> Response:
        """What may be chosen, what each option costs, and the rules in customers' words."""
        return Response(_product_detail(published_version(slug)))


class Evaluate(PublicView):
    throttle_classes = (EvaluateThrottle,)

    @extend_schema(
        operation_id="products_evaluate",
        request=shapes.EvaluateRequestSerializer,
        responses={200: shapes.EvaluationSerializer, **REFUSED},
        summary="What a set of choices means",
    )
    def post(self, request: Request, slug: str) -> Response:
        """Fill the choices in, price them, and say of every option what taking it would do."""
        wish = _valid(shapes.EvaluateRequestSerializer, request)
        version = _version(slug, wish)
        prices = current_price_list(version)
        with engine_errors_translated():
            found = evaluation(version, prices, wish["choices"])
        answer: dict[str, Any] = {
            "version": version.pk,
            "is_consistent": found.is_consistent,
            "chosen": dict(found.chosen),
            "total_minor": found.total_minor,
            "currency": prices.currency,
            "likely_on": None,
            "waits_for": "",
            "reason": "",
            "warnings": found.warnings,
            "states": [
                {"group": group, "option": option, **state._asdict()}
                for (group, option), state in found.states.items()
            ],
        }
        if found.is_consistent:
            parts = parts_in(version, found.chosen)
            ships = ship_estimate(parts, timezone.localdate())
            answer |= {
                "likely_on": ships.likely_on,
                "waits_for": ships.waits_for,
                "reason": ships.reason,
            }
        return Response(shapes.EvaluationSerializer(answer).data)


class Explain(PublicView):
    throttle_classes = (EvaluateThrottle,)

    @extend_schema(
        operation_id="products_explain",
        request=shapes.ExplainRequestSerializer,
        responses={200: shapes.ExplanationSerializer, **REFUSED},
        summary="Why an option cannot be had",
    )
    def post(self, request: Request, slug: str) -> Response:
        """The fewest choices that are in the way, and the rules in their own words."""
        wish = _valid(shapes.ExplainRequestSerializer, request)
        version = _version(slug, wish)
        with engine_errors_translated():
            found = explain(engine_model(version), wish["choices"], wish["group"], wish["option"])
        return Response(shapes.ExplanationSerializer(found).data)


class Configurations(PublicView):
    throttle_classes = (FreezeThrottle,)

    @extend_schema(
        operation_id="configurations_create",
        request=shapes.FreezeRequestSerializer,
        responses={201: shapes.ConfigurationSerializer, **REFUSED},
        summary="Freeze a complete configuration",
    )
    def post(self, request: Request) -> Response:
        """Make it immutable, priced and addressable. The same choices give the same row."""
        wish = _valid(shapes.FreezeRequestSerializer, request)
        version = _version(wish["product"], wish)
        frozen = freeze_configuration(version=version, choices=wish["choices"])
        return Response(_configuration(frozen), status.HTTP_201_CREATED)


class FrozenConfiguration(PublicView):
    @extend_schema(
        operation_id="configurations_retrieve",
        responses={200: shapes.ConfigurationSerializer, **MISSING},
        summary="A frozen configuration by its share code",
    )
    def get(self, request: Request, share_code: str) -> Response:
        """What was chosen, and what it cost then."""
        return Response(_configuration(configuration_by_code(share_code)))


def _valid(shape: type[shapes.serializers.Serializer], request: Request) -> dict[str, Any]:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > LARGEST_BODY:
        told = f"The body: expected at most {LARGEST_BODY:,} bytes, got {int(length):,}."
        raise ParseError(told, code="too_large")
    checked = shape(data=request.data)
    checked.is_valid(raise_exception=True)
    valid: dict[str, Any] = checked.validated_data
    return valid


def _version(slug: str, wish: dict[str, Any]) -> ModelVersion:
    """The version on sale. Raises StaleVersion when the caller was told of another one."""
    version = published_version(slug)
    asked = wish.get("version", version.pk)
    if asked != version.pk:
        raise StaleVersion(f"{slug} is version {version.pk} now; expected that, got {asked}")
    return version


def _product(listed: ListedModel) -> dict[str, Any]:
    product = listed.version.product_model
    return {
        "slug": product.slug,
        "name": product.name,
        "tagline": product.tagline,
        "version": listed.version.pk,
        "total_minor": listed.total_minor,
        "currency": listed.currency,
        "likely_on": listed.estimate.likely_on,
        "url": _absolute(reverse("configurator:configure", args=[product.slug])),
    }


def _product_detail(version: ModelVersion) -> dict[str, Any]:
    model, product = engine_model(version), version.product_model
    book = price_book(current_price_list(version))
    details = option_details(version)
    return {
        "slug": product.slug,
        "name": product.name,
        "tagline": product.tagline,
        "description": product.description,
        "version": version.pk,
        "currency": book.currency,
        "base_minor": book.base_minor,
        "groups": [
            {
                "code": group.code,
                "name": group.name,
                "quantity_for": group.quantity_for,
                "default": model.defaults[group.code],
                "options": _options(group, book, details),
            }
            for group in model.groups
        ],
        "rules": [
            {
                "code": rule.code,
                "name": rule.name,
                "severity": rule.severity,
                "sentence": rule.sentence,
            }
            for rule in model.rules
        ],
    }


def _options(
    group: Group, book: PriceBook, details: Mapping[tuple[str, str], OptionDetail]
) -> list[dict[str, Any]]:
    return [
        {
            "code": option.code,
            "name": option.name,
            "facts": details[group.code, option.code].facts,
            "price_minor": book.option_minor.get((group.code, option.code)),
        }
        for option in group.options
    ]


def _configuration(frozen: Configuration) -> dict[str, Any]:
    shown = shapes.ConfigurationSerializer(
        {
            "sha256": frozen.sha256,
            "share_code": frozen.share_code,
            "url": _absolute(reverse("configurator:shared", args=[frozen.share_code])),
            "product": frozen.version.product_model.slug,
            "version": frozen.version_id,
            "choices": frozen.choices,
            "total_minor": frozen.total_minor,
            "currency": frozen.currency,
            "price_lines": price_lines(frozen),
        }
    )
    return dict(shown.data)


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
