"""What a passkey signs: a text of ours, new each time, answered at most once.

It carries its own time and our signature, so that nothing is written for the many who
only open the page on which they could sign in. That it was answered is written down, in
the transaction of what the answer opens.
"""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.core.signing import BadSignature, TimestampSigner
from django.db import connection
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.db.compiled import for_database
from profiles.second_factor.models import UsedChallenge

LIFETIME = 15 * 60  # seconds; a page with the form may stay open
NOTE = f"""
INSERT INTO {UsedChallenge._meta.db_table} (key, expires_at) VALUES (%s, %s)
ON CONFLICT (key) DO NOTHING
"""  # noqa: S608  (made of our own names)


def signer(purpose: str) -> TimestampSigner:
    return TimestampSigner(salt=f"profiles.passkeys.{purpose}")


def new_challenge(purpose: str) -> bytes:
    return signer(purpose).sign(token_urlsafe(16)).encode()


def use_up(challenge: bytes, purpose: str) -> None:
    """401 `passkey_invalid` for one that is not ours, is old, or was answered. Of two
    at once the second waits for the first, and is refused.
    """
    try:
        signer(purpose).unsign(challenge.decode("ascii"), max_age=LIFETIME)
    except (BadSignature, UnicodeDecodeError):
        raise ApiError("passkey_invalid") from None
    ends = timezone.now() + timedelta(seconds=LIFETIME)
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [sha256(challenge).hexdigest(), for_database(ends)])
        if cursor.rowcount < 1:
            raise ApiError("passkey_invalid")
