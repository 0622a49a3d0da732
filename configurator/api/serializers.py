"""The shapes of the configurator's API. Money is in minor units, dates are ISO."""

from typing import Any

from rest_framework import serializers

MOST_CHOICES = 200  # far above the groups of any machine


class ChoicesField(serializers.DictField):
    """Group code → option code, oldest choice first."""

    child = serializers.CharField(max_length=80)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Refuse more entries than any machine has groups."""
        if isinstance(data, dict) and len(data) > MOST_CHOICES:
            raise serializers.ValidationError(
                f"Expected at most {MOST_CHOICES} choices, got {len(data)}.", code="too_many"
            )
        choices: dict[str, str] = super().to_internal_value(data)
        return choices


class ProductSerializer(serializers.Serializer):
    """A machine on sale, "as shown": with its defaults."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    tagline = serializers.CharField()
    version = serializers.IntegerField(help_text="Send it back with choices to detect a revision.")
    total_minor = serializers.IntegerField()
    currency = serializers.CharField()
    likely_on = serializers.DateField(allow_null=True)
    url = serializers.URLField()


class OptionSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    facts = serializers.CharField()
    price_minor = serializers.IntegerField(allow_null=True, help_text="Null in quantity groups.")


class GroupSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    quantity_for = serializers.CharField(allow_null=True)
    default = serializers.CharField()
    options = OptionSerializer(many=True)


class RuleSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    severity = serializers.ChoiceField(["block", "warn"])
    sentence = serializers.CharField(help_text="With placeholders {group} and {group.attribute}.")


class ProductDetailSerializer(serializers.Serializer):
    """A machine with everything that may be chosen, and the rules between it."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    tagline = serializers.CharField()
    description = serializers.CharField()
    version = serializers.IntegerField()
    currency = serializers.CharField()
    base_minor = serializers.IntegerField()
    groups = GroupSerializer(many=True)
    rules = RuleSerializer(many=True)


class EvaluateRequestSerializer(serializers.Serializer):
    choices = ChoicesField(help_text="What is wanted; the rest is filled in.")
    version = serializers.IntegerField(required=False, help_text="As the product said it.")


class ChangeSerializer(serializers.Serializer):
    """A filled-in group that changes, and the option that it changes to."""

    group = serializers.CharField()
    option = serializers.CharField()


class OptionStateSerializer(serializers.Serializer):
    """What taking an option would do, the choices of the other groups kept."""

    group = serializers.CharField()
    option = serializers.CharField()
    is_possible = serializers.BooleanField()
    changes = ChangeSerializer(many=True)
    delta_minor = serializers.IntegerField(allow_null=True)


class EvaluationSerializer(serializers.Serializer):
    """`chosen` is complete; it is empty when the choices contradict each other."""

    version = serializers.IntegerField()
    is_consistent = serializers.BooleanField()
    chosen = ChoicesField()
    total_minor = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    likely_on = serializers.DateField(allow_null=True)
    waits_for = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    warnings = serializers.ListField(child=serializers.CharField())
    states = OptionStateSerializer(many=True)


class ExplainRequestSerializer(EvaluateRequestSerializer):
    group = serializers.CharField(max_length=80)
    option = serializers.CharField(max_length=80)


class ExplanationSerializer(serializers.Serializer):
    """The fewest choices in the way, and the rules that say so; all empty if nothing is."""

    choices = serializers.ListField(child=serializers.CharField())
    rules = serializers.ListField(child=serializers.CharField())
    sentences = serializers.ListField(child=serializers.CharField())


class FreezeRequestSerializer(serializers.Serializer):
    product = serializers.SlugField(max_length=40)
    choices = ChoicesField(help_text="Complete: an option for every group.")
    version = serializers.IntegerField(required=False)


class PriceLineSerializer(serializers.Serializer):
    group = serializers.CharField()
    option = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_minor = serializers.IntegerField()
    amount_minor = serializers.IntegerField()


class ConfigurationSerializer(serializers.Serializer):
    """A frozen configuration: immutable, priced, with a short address."""

    sha256 = serializers.CharField()
    share_code = serializers.CharField()
    url = serializers.URLField()
    product = serializers.SlugField()
    version = serializers.IntegerField()
    choices = ChoicesField()
    total_minor = serializers.IntegerField()
    currency = serializers.CharField()
    price_lines = PriceLineSerializer(many=True)


class ErrorSerializer(serializers.Serializer):
    """`code` is stable, `detail` is for people."""

    code = serializers.CharField()
    detail = serializers.CharField()
