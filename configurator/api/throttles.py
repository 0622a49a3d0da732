from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class _PerClient(SimpleRateThrottle):
    def get_cache_key(self, request: Request, view: APIView) -> str:
        """One budget for each client address, whoever it says it is."""
        return f"throttle_{self.scope}_{self.get_ident(request)}"


class ReadThrottle(_PerClient):
    scope = "configurator_read"
    rate = "300/min"


class EvaluateThrottle(_PerClient):
    """An evaluation costs milliseconds of CPU: enough for a person and for a polite program."""

    scope = "configurator_evaluate"
    rate = "240/min"


class FreezeThrottle(_PerClient):
    """Every new configuration is a row for ever."""

    scope = "configurator_freeze"
    rate = "60/min"
