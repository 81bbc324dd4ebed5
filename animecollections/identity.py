"""Who asks, and through what: all that one statement of sign-in check tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from animecollections.scopes import ALL_SCOPES

ThroughKind = Literal[
    "session", "token", "import", "admin", "command", "merge", "service"
]
SignInKind = Literal["session", "token", "personal", "app"]
THROUGH: tuple[str, ...] = get_args(ThroughKind)


# In a session that the admin opened for a password alone.
WAITS_FOR_CODE = "waits_for_code"


@dataclass(frozen=True, slots=True)
class Origin:
    """Through what a write came; kept with every change it makes."""

    kind: ThroughKind
    actor_id: UUID | None = None  # staff who acted for the user
    client_id: str = ""  # the writer's own X-Client-Id, echoed to its live feed
    request_id: str = ""
    file_name: str = ""  # of what an import reads
    token_id: UUID | None = None  # the personal token or app, and how it was called
    token_name: str = ""


@dataclass(frozen=True, slots=True)
class AppPast:
    """All that an app did since a moment. The app may be a personal token."""

    app_id: UUID
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Revisions:
    """Where everything of a user stood when the request was let in."""

    epoch: int
    user: int
    catalogue: int
    parts: Mapping[str, int]  # of each part of sync (history/log/parts.py), by its name


def today_in(zone: str) -> date:
    return datetime.now(ZoneInfo(zone)).date()


class Asker(Protocol):
    """Who asks the catalogue: an Account, or a visitor."""

    @property
    def hides_mature(self) -> bool: ...

    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Account:
    """`request.user` of a signed-in request: no model, no further query."""

    id: UUID
    email: str
    user_name: str
    is_staff: bool
    hides_mature: bool
    tracks_searches: bool
    timezone: str
    language: str
    revisions: Revisions

    is_authenticated = True
    is_anonymous = False
    is_active = True

    @property
    def pk(self) -> UUID:
        return self.id

    @property
    def today(self) -> date:
        """The user's day, by their own clock."""
        return today_in(self.timezone)


@dataclass(frozen=True, slots=True)
class SignIn:
    """`request.auth`: which sign-in vouches for the request."""

    kind: SignInKind
    key: str  # the session's key, or the id of the token family or personal token
    until: datetime | None = None  # when an access token ends by itself
    scopes: frozenset[str] = ALL_SCOPES
    name: str = ""  # of a personal token, or of a registered app
    app_id: UUID | None = None  # of a registered app

    def origin(self, *, client_id: str = "", request_id: str = "") -> Origin:
        """Through what a request writes. Personal tokens and registered apps have a
        name; an app has one id in all its token families.
        """
        is_named = self.kind in ("personal", "app")
        return Origin(
            "session" if self.kind == "session" else "token",
            client_id=client_id,
            request_id=request_id,
            token_id=self.app_id or UUID(self.key) if is_named else None,
            token_name=self.name,
        )
