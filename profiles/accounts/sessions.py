"""Django's database sessions, with the user and the sign-in epoch in columns."""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import (
    VALID_KEY_CHARS,
    CreateError,
    SessionBase,
    UpdateError,
)
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.dateparse import parse_datetime
from django_otp import DEVICE_ID_SESSION_KEY

from animecollections.api.client_ip import network
from animecollections.identity import WAITS_FOR_CODE

AGENT_KEY = "user_agent"
SINCE_KEY = "since"
FROM_KEY = "from"
PROVED_KEY = "proved_at"
# Of whose it is, then a secret. Those of 32 were made before keys told that; the last
# of them ends SESSION_DAYS after the last process that made such ones.
KEY = re.compile("([0-9a-f]{32})?[a-z0-9]{32}", re.ASCII)
SECRET = 32  # characters
NOTE_USE_EACH = timedelta(minutes=5)
EPOCH = re.compile("[0-9]{1,10}", re.ASCII)


def is_key(text: str | None) -> bool:
    """Whether this can be a session's key; no other text reaches the database."""
    return text is not None and KEY.fullmatch(text) is not None


def owner_in(key: str) -> UUID | None:
    """Whose session this is, by its key; None for a key that does not tell."""
    return UUID(key[:SECRET]) if len(key) > SECRET else None


def named(key: str) -> dict[str, object]:
    """What a statement on the session says: the key, and its owner where it tells."""
    owner = owner_in(key)
    return {"session_key": key} | ({"user_id": owner} if owner else {})


def digest(key: str) -> str:
    """Names a session where its key must not be: with the digest nobody signs in."""
    return sha256(key.encode()).hexdigest()


def note_proof(session: SessionBase) -> None:
    """That whoever has this session has just proved who they are (proofs.py)."""
    session[PROVED_KEY] = timezone.now().isoformat()


def time_in(data: dict[str, Any], key: str) -> datetime | None:
    try:
        at = parse_datetime(data.get(key, ""))
    except ValueError:  # signed with our key, and yet no time
        return None
    return at if at and timezone.is_aware(at) else None


def note_use(*, key: str, user_id: UUID, address: str) -> None:
    """When and from which network a session was last used, once in NOTE_USE_EACH.
    Before the request's own transaction: a write that fails was a use too, and no
    request waits for another's. It is a note, and keeps nobody out where it cannot be
    written.
    """
    from profiles.accounts.models import Session

    now = timezone.now()
    session = Session.objects.filter(session_key=key, user_id=user_id)
    unused = session.filter(Q(used_at=None) | Q(used_at__lte=now - NOTE_USE_EACH))
    try:
        with transaction.atomic():
            unused.update(used_at=now, used_from=network(address))
    except DatabaseError:
        pass


def key_of(digest_: str, user_id: UUID) -> str | None:
    """The key of the user's session that has this digest."""
    from profiles.accounts.models import Session

    keys = Session.objects.filter(user_id=user_id).values_list("session_key", flat=True)
    return next((key for key in keys if digest(key) == digest_), None)


def is_ours(data: object) -> bool:
    """Whether data that was signed with our key is what we put into a session: texts
    by name, and with a user the id and the epoch.
    """
    if not isinstance(data, dict):
        return False
    if not all(isinstance(text, str) for pair in data.items() for text in pair):
        return False
    epoch = data.get(HASH_SESSION_KEY, "0").partition(":")[0]
    if EPOCH.fullmatch(epoch) is None:
        return False
    try:
        UUID(data.get(SESSION_KEY, UUID(int=0).hex))
    except ValueError:
        return False
    return True


class SessionStore(DatabaseStore):
    """A session whose epoch its user has left behind is as good as none, and so is one
    of nobody: there is no row, and no key, before there is a user.
    """

    stored: tuple[str | None, dict[str, Any]] | None = None  # by this object

    @classmethod
    def get_model_class(cls) -> Any:
        from profiles.accounts.models import Session

        return Session

    def _validate_session_key(self, key: str | None) -> bool:
        return is_key(key)

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session: Any = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)
        # The user's session hash begins with the epoch they signed in at.
        session.auth_epoch = int(data.get(HASH_SESSION_KEY, "0").partition(":")[0])
        session.user_agent = data.get(AGENT_KEY, "")
        session.created_at = time_in(data, SINCE_KEY)
        session.used_at = timezone.now()
        session.used_from = data.get(FROM_KEY, "")
        session.proved_at = time_in(data, PROVED_KEY)
        waits = WAITS_FOR_CODE in data and DEVICE_ID_SESSION_KEY not in data
        session.waits_for_code = waits
        return session

    def decode(self, session_data: bytes | str) -> dict[str, object]:
        data: Any = super().decode(session_data)
        return data if is_ours(data) else {}

    def save(self, must_create: bool = False) -> None:
        """Not once more what this object has stored already: the middleware saves after
        the view has done its work, where a failure must not decide the answer.
        """
        if self.is_nobodys():
            return
        if must_create or self.session_key is None or self.stored != self.contents():
            super().save(must_create)
            self.stored = self.contents()

    def contents(self) -> tuple[str | None, dict[str, object]]:
        return self.session_key, dict(self._get_session())  # type: ignore[attr-defined]

    def is_nobodys(self) -> bool:
        return SESSION_KEY not in self

    def is_empty(self) -> bool:
        """Then the browser loses its cookie. To ask reads nothing."""
        read = hasattr(self, "_session_cache")
        return super().is_empty() or (read and self.is_nobodys())

    def cycle_key(self) -> None:
        if not self.is_nobodys():
            super().cycle_key()
        elif self.session_key:  # brought by the browser: the user gets another
            self.delete(self.session_key)
            self._session_key = None

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            self.model.objects.filter(**named(key)).delete()

    def _get_new_session_key(self) -> str:
        """Not whether it is free, as Django asks: nobody guesses it, and no chance."""
        secret = get_random_string(SECRET, VALID_KEY_CHARS)
        if not settings.OWNER_IN_SESSION_KEYS:
            return secret
        return UUID(self[SESSION_KEY]).hex + secret

    def forget(self) -> None:
        """Has the cookie dropped, where the row is gone already."""
        self.clear()
        self._session_key = None

    def create(self) -> None:
        """Django takes whatever the database refuses for a key that is taken, and tries
        another, for ever. Ours is free: what is refused here is the session of a user
        who was erased a moment ago. UpdateError is what the middleware answers as the
        end of the session.
        """
        self._session_key = self._get_new_session_key()
        try:
            self.save(must_create=True)
        except CreateError as error:
            raise UpdateError from error
        self.modified = True

    def _get_session_from_db(self) -> object:
        try:
            rows: Any = self.model.objects
            return rows.get(
                user__auth_epoch=F("auth_epoch"),
                expire_date__gt=timezone.now(),
                **named(str(self.session_key)),
            )
        except self.model.DoesNotExist:
            self._session_key = None
            return None
