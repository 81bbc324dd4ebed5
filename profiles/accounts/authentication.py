"""The sign-in check: one statement tells whether a session or a token still holds,
who it is, and where everything of theirs stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from animecollections.api.client_ip import address
from animecollections.api.errors import ApiError
from animecollections.api.request_headers import header
from animecollections.db.compiled import for_database
from animecollections.db.hot import fetch
from animecollections.identity import Account, SignIn
from animecollections.scopes import GRANTABLE, SANDBOX
from history.log.parts import STAND, to_revisions
from profiles.accounts import sessions, token_families
from profiles.accounts.sessions import NOTE_USE_EACH, is_key, owner_in
from profiles.accounts.tokens import Claims, read_access_token

# Raw, for this runs in every request and compiling it again would cost as much as
# running it. Sign-out, a password change and deactivation show at once: nothing here
# is remembered between two requests.
ACCOUNT = """
SELECT u.id, u.email, u.user_name, u.is_staff,
       p.parental_control, p.track_search_history, p.timezone, p.language,
       {stand},
       (SELECT revision FROM collections_app_cataloguestate WHERE id = 1)
FROM {sign_in} i
JOIN profiles_user u ON u.id = i.user_id{as_of}
JOIN profiles_preferences p ON p.user_id = u.id
JOIN history_userstate s ON s.user_id = u.id
WHERE {condition} AND u.is_active
"""
AS_OF = " AND u.auth_epoch = i.auth_epoch"  # it ends with a change of password
IS_USE_TO_NOTE = ",\n       i.used_at IS NULL OR i.used_at <= %s"
STANDING = ", ".join(f"s.{column}" for column in STAND)
BY_SESSION = ACCOUNT.format(
    stand=STANDING,
    as_of=AS_OF,
    sign_in="profiles_session",
    condition="i.session_key = %s AND i.expire_date > %s AND i.user_id = %s "
    "AND NOT i.waits_for_code",
).replace("\nFROM", f"{IS_USE_TO_NOTE}\nFROM", 1)
# With a key that was made before keys told whose they are.
BY_OLD_SESSION = ACCOUNT.format(
    stand=STANDING,
    as_of=AS_OF,
    sign_in="profiles_session",
    condition="i.session_key = %s AND i.expire_date > %s AND NOT i.waits_for_code",
).replace("\nFROM", f"{IS_USE_TO_NOTE}\nFROM", 1)
BY_TOKEN = ACCOUNT.format(
    stand=STANDING,
    as_of=AS_OF,
    sign_in="profiles_tokenfamily",
    condition="i.id = %s AND i.user_id = %s AND i.revoked_at IS NULL "
    "AND i.app_id IS NULL",
)


# Beside the account what the token may, and whether a minute has passed since its use
# was last noted.
BY_PERSONAL_TOKEN = ACCOUNT.format(
    stand=STANDING,
    as_of=AS_OF,
    sign_in="profiles_personaltoken",
    condition="i.user_id = %s AND i.digest = %s "
    "AND (i.expires_at IS NULL OR i.expires_at > %s)",
).replace(
    "\nFROM",
    ",\n       i.id, i.name, i.scopes, i.mature, i.used_at IS NULL OR i.used_at <= %s"
    "\nFROM",
    1,
)
BY_ID_OF_PERSONAL_TOKEN = ACCOUNT.format(
    stand=STANDING,
    as_of=AS_OF,
    sign_in="profiles_personaltoken",
    condition="i.id = %s AND i.user_id = %s "
    "AND (i.expires_at IS NULL OR i.expires_at > %s)",
)
# The same of a registered app. One that is stopped signs nobody in, nor does one whose
# row is gone.
BY_APP_TOKEN = ACCOUNT.format(
    stand=STANDING,
    as_of=AS_OF,
    sign_in="profiles_app a, profiles_tokenfamily",
    condition="i.id = %s AND i.user_id = %s AND i.revoked_at IS NULL "
    "AND a.id = i.app_id AND a.stopped_at IS NULL",
).replace(
    "\nFROM", ",\n       a.id, a.name, i.scopes, i.mature, i.used_at <= %s\nFROM", 1
)


@dataclass(frozen=True, slots=True)
class FoundToken:
    account: Account
    sign_in: SignIn
    is_use_to_note: bool


def find_by_personal_token(user_id: UUID, digest: str) -> FoundToken | None:
    """Never more than its owner: of the mature ceiling and parental control the
    stricter counts.
    """
    now = timezone.now()
    asked = (now - timedelta(minutes=1), user_id, digest, now)
    row = first_row(BY_PERSONAL_TOKEN, [for_database(value) for value in asked])
    if row is None:
        return None
    *of_account, id_, name, scopes, mature, is_use_to_note = row
    may = granted(scopes, GRANTABLE | {SANDBOX})
    sign_in = SignIn("personal", str(to_uuid(id_)), scopes=may, name=name)
    return FoundToken(
        to_account_for(of_account, mature=mature), sign_in, bool(is_use_to_note)
    )


def find_by_app_token(
    user_id: UUID, family: UUID, until: datetime | None
) -> FoundToken | None:
    """The same for a registered app's: no more than its user let it do."""
    asked = (timezone.now() - timedelta(minutes=1), family, user_id)
    row = first_row(BY_APP_TOKEN, [for_database(value) for value in asked])
    if row is None:
        return None
    *of_account, app_id, name, scopes, mature, is_use_to_note = row
    sign_in = SignIn(
        "app",
        str(family),
        until,
        scopes=granted(scopes),
        name=name,
        app_id=to_uuid(app_id),
    )
    return FoundToken(
        to_account_for(of_account, mature=mature), sign_in, bool(is_use_to_note)
    )


def granted(scopes: str, of: frozenset[str] = GRANTABLE) -> frozenset[str]:
    """A scope that a later release takes away is none."""
    return of.intersection(scopes.split())


def to_uuid(value: Any) -> UUID:
    """As text from SQLite."""
    return value if isinstance(value, UUID) else UUID(value)


def to_account_for(row: Sequence[Any], *, mature: bool) -> Account:
    """As somebody sees it who was let see mature titles, or was not."""
    account = to_account(row)
    return replace(account, hides_mature=account.hides_mature or not mature)


@dataclass(frozen=True, slots=True)
class FoundSession:
    account: Account
    is_use_to_note: bool


def find_by_session(key: str) -> FoundSession | None:
    now, owner = timezone.now(), owner_in(key)
    asked: list[object] = [now - NOTE_USE_EACH, key, now]
    if owner is not None:
        asked.append(owner)
    statement = BY_OLD_SESSION if owner is None else BY_SESSION
    row = first_row(statement, [for_database(value) for value in asked])
    if row is None:
        return None
    *of_account, is_use_to_note = row
    return FoundSession(to_account(of_account), bool(is_use_to_note))


def find_account(statement: str, *parameters: object) -> Account | None:
    row = first_row(statement, [for_database(value) for value in parameters])
    return None if row is None else to_account(row)


def to_account(row: Sequence[Any]) -> Account:
    id_, email, user_name, is_staff, hides, tracks, zone, language, *rest = row
    *stand, catalogue = rest
    return Account(
        id=to_uuid(id_),
        email=email,
        user_name=user_name,
        is_staff=bool(is_staff),
        hides_mature=bool(hides),
        tracks_searches=bool(tracks),
        timezone=zone,
        language=language,
        revisions=to_revisions(stand, catalogue),
    )


def first_row(statement: str, parameters: list[object]) -> Any:
    """The row of what is mostly a request's first statement, and so serves as the
    check of the connection that Django would make by another (CONN_HEALTH_CHECKS):
    nothing was done yet, so on a dead connection it is asked again on a new one.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return fetch_one(statement, parameters)
    except OperationalError:
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return fetch_one(statement, parameters)


def fetch_one(statement: str, parameters: list[object]) -> Any:
    rows = fetch(statement, parameters)
    return rows[0] if rows else None


def account_behind(sign_in: SignIn, user_id: UUID | None = None) -> Account | None:
    """The account of a sign-in that still holds, asked outside its own requests. Whose
    it is has to be known for a token.
    """
    until = sign_in.until
    if until is not None and until <= timezone.now() - settings.CLOCKS_DIFFER_BY:
        return None
    if sign_in.kind == "session":
        session = find_by_session(sign_in.key)
        return session.account if session else None
    if sign_in.kind == "personal":
        id_, now = UUID(sign_in.key), timezone.now()
        return find_account(BY_ID_OF_PERSONAL_TOKEN, id_, user_id, now)
    if sign_in.kind == "app":
        found = user_id and find_by_app_token(user_id, UUID(sign_in.key), until)
        return found.account if found else None
    return find_account(BY_TOKEN, UUID(sign_in.key), user_id)


class SessionAuthentication(BaseAuthentication):
    """The browser's cookie; a dead one makes a visitor, who is told when it matters."""

    def authenticate(self, request: Request) -> tuple[Account, SignIn] | None:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if not key:
            return None
        found = find_by_session(key) if is_key(key) else None
        if found is None:
            request._request.session_has_ended = True  # type: ignore[attr-defined]
            return None
        if found.is_use_to_note:
            here = address(request._request)
            sessions.note_use(key=key, user_id=found.account.id, address=here)
        return found.account, SignIn("session", key)


class BearerAuthentication(BaseAuthentication):
    """An app's access token. A bad one is refused even with a good cookie."""

    def authenticate(self, request: Request) -> tuple[Account, SignIn] | None:
        scheme, _, token = (header(request, "Authorization") or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        claims = read_access_token(token.strip())
        if claims.is_of_app:
            return self.authenticate_app(claims, request)
        account = find_account(BY_TOKEN, claims.family, claims.user_id)
        if account is None:
            raise ApiError("session_ended")
        return account, SignIn("token", str(claims.family), claims.expires_at)

    def authenticate_app(
        self, claims: Claims, request: Request
    ) -> tuple[Account, SignIn]:
        """A registered app, that its user let in."""
        found = find_by_app_token(claims.user_id, claims.family, claims.expires_at)
        if found is None:
            raise ApiError("session_ended")
        if found.is_use_to_note:
            token_families.note_use(
                user_id=claims.user_id,
                family_id=claims.family,
                address=address(request._request),
            )
        return found.account, found.sign_in

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="animecollections"'
