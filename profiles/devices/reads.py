"""The devices of a person, as they are listed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, TypedDict
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from animecollections.db.ids import time_of
from animecollections.identity import SignIn
from profiles.accounts.models import KnownPlace, Session, TokenFamily
from profiles.accounts.places import Place
from profiles.accounts.services import sign_in_name
from profiles.accounts.user_agents import client_of

MOST = 100  # of each kind, those used last


class DeviceAnswer(TypedDict):
    id: str
    kind: Literal["browser", "app"]
    is_current: bool
    browser: str | None
    system: str | None
    user_agent: str
    signed_in_at: datetime | None
    last_seen_at: datetime | None
    network: str | None
    network_known_since: datetime | None
    expires_at: datetime


def sessions_of(user_id: UUID) -> QuerySet[Session]:
    """Those that hold."""
    sessions: QuerySet[Session] = Session.objects.filter(
        user_id=user_id,
        user__auth_epoch=F("auth_epoch"),
        expire_date__gt=timezone.now(),
    )
    return sessions


def families_of(user_id: UUID) -> QuerySet[TokenFamily]:
    """The same of tokens that a password was given for; registered apps that were given
    access are listed elsewhere.
    """
    return TokenFamily.objects.filter(
        user_id=user_id,
        app=None,
        user__auth_epoch=F("auth_epoch"),
        revoked_at=None,
        expires_at__gt=timezone.now(),
    )


def devices_of(user_id: UUID, sign_in: SignIn) -> list[DeviceAnswer]:
    """This one first, then the one used last. Three statements."""
    last_used = F("used_at").desc(nulls_last=True)
    rows: list[Session | TokenFamily] = [
        *sessions_of(user_id).order_by(last_used)[:MOST],
        *families_of(user_id).order_by(last_used)[:MOST],
    ]
    since = known_since(user_id, {row.used_from for row in rows})
    devices = [to_json(row, sign_in, since) for row in rows]
    return sorted(devices, key=by_use, reverse=True)


def by_use(device: DeviceAnswer) -> tuple[bool, float]:
    seen = device["last_seen_at"]
    return device["is_current"], seen.timestamp() if seen else 0.0


def known_since(user_id: UUID, networks: Iterable[str]) -> dict[str, datetime]:
    """Of these networks, since when the person signs in from there."""
    keys = {key: name for name in networks for _, key in Place(name).hashes()}
    found = KnownPlace.objects.of(user_id).filter(key__in=keys)
    return {keys[key]: time_of(id_) for id_, key in found.values_list("id", "key")}


def to_json(
    row: Session | TokenFamily, sign_in: SignIn, since: dict[str, datetime]
) -> DeviceAnswer:
    browser, system = client_of(row.user_agent)
    of_kind: Any = (
        ("browser", row.session_key, row.expire_date)
        if isinstance(row, Session)
        else ("app", str(row.pk), row.expires_at)
    )
    kind, key, expires_at = of_kind
    return {
        "id": sign_in_name(row).partition(":")[2],
        "kind": kind,
        "is_current": key == sign_in.key,
        "browser": browser,
        "system": system,
        "user_agent": row.user_agent,
        "signed_in_at": row.created_at,
        "last_seen_at": row.used_at,
        "network": row.used_from or None,
        "network_known_since": since.get(row.used_from),
        "expires_at": expires_at,
    }
