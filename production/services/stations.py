"""Scanners and test stations that post by themselves: made, known by a token, revoked."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from production.models import Station

SEEN_EVERY = timedelta(minutes=1)


def make_station(*, name: str, work_center_id: int) -> tuple[Station, str]:
    """A new station and its token, which is kept nowhere else and shown once."""
    token = _new_token()
    station = Station.objects.create(
        name=name, work_center_id=work_center_id, token_sha256=hash_token(token)
    )
    return station, token


def renew_token(*, station_id: int) -> str:
    """A new token for a station, which is active from now on; the old one is worth nothing."""
    token = _new_token()
    Station.objects.filter(pk=station_id).update(token_sha256=hash_token(token), is_active=True)
    return token


def revoke_station(*, station_id: int) -> None:
    """Answer nothing to this station any more, until its token is renewed."""
    Station.objects.filter(pk=station_id).update(is_active=False)


def station_of(token: str) -> Station | None:
    """The station with this token, active or not; notes when it was last seen."""
    station = Station.objects.filter(token_sha256=hash_token(token)).first()
    if station is not None and station.is_active:
        now = timezone.now()
        Station.objects.filter(
            Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=now - SEEN_EVERY), pk=station.pk
        ).update(last_seen_at=now)
    return station


def hash_token(token: str) -> str:
    """One round is enough: the token is 256 random bits, not a word that somebody chose."""
    return hashlib.sha256(token.encode()).hexdigest()


def _new_token() -> str:
    return f"cws_{secrets.token_urlsafe(32)}"
