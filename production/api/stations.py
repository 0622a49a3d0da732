"""Who a scanner or test station is, by the token that it sends: `Authorization: Station …`."""

from dataclasses import dataclass

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from production.models import Station
from production.services.stations import station_of

KEYWORD = "Station"
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class StationUser:
    """A station where Django expects a user: it is nobody's account and has no rights there."""

    station: Station
    is_authenticated: bool = True
    is_staff: bool = False

    @property
    def pk(self) -> str:
        return f"station:{self.station.pk}"


class StationAuthentication(BaseAuthentication):
    """401 for a token that nobody has; 403 for a station that was revoked."""

    def authenticate(self, request: Request) -> tuple[StationUser, Station] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD.lower().encode():
            return None
        if len(words) != 2 or len(words[1]) > LONGEST_TOKEN:
            raise AuthenticationFailed("Expected: Authorization: Station <token>.")
        station = station_of(words[1].decode("latin-1"))
        if station is None:
            raise AuthenticationFailed("No station has this token.")
        if not station.is_active:
            raise PermissionDenied(f"The station {station.name} was revoked.", "station_revoked")
        return StationUser(station), station

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


class IsStation(BasePermission):
    """Only stations post here; people use the console."""

    def has_permission(self, request: Request, view: object) -> bool:
        return isinstance(request.user, StationUser)


class StationScheme(OpenApiAuthenticationExtension):
    """How the schema tells of the token."""

    target_class = "production.api.stations.StationAuthentication"
    name = "stationToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Station <token>: made in the admin, shown once.",
        }
