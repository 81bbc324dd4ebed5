"""The texts that pass between a person, an app and us, each once and soon.

The code of an authorization names its person, so that it is found among their rows. A
device has two: letters that a person types, and those with a secret, which it alone
knows. Of all of them only a hash is kept.
"""

import re
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.utils.crypto import get_random_string, salted_hmac

SECRET = 40  # characters of 36: 206 bits
CODE = re.compile(rf"[a-z0-9]{{{SECRET}}}(?P<owner>[0-9a-f]{{32}})", re.ASCII)
# No vowels, so that no words come out, and nothing that looks like another.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
TYPED = re.compile(rf"[{LETTERS}]{{8}}", re.ASCII)
BETWEEN = re.compile(r"[\s\-‐–—]+")
MOST_TYPED = 40
DEVICE = re.compile(
    rf"(?P<letters>[{LETTERS}]{{8}})\.(?P<secret>[a-z0-9]{{{SECRET}}})", re.ASCII
)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def new_code(user_id: UUID) -> str:
    return get_random_string(SECRET, VALID_KEY_CHARS) + user_id.hex


def owner_of(code: str) -> UUID | None:
    """Whose it would be; None for what was never one."""
    found = CODE.fullmatch(code)
    return UUID(found["owner"]) if found else None


class DeviceTexts(NamedTuple):
    letters: str
    secret: str


def new_device_texts() -> DeviceTexts:
    letters = get_random_string(8, LETTERS)
    return DeviceTexts(letters, get_random_string(SECRET, VALID_KEY_CHARS))


def to_device_code(texts: DeviceTexts) -> str:
    return f"{texts.letters}.{texts.secret}"


def read_device_code(code: str) -> DeviceTexts | None:
    found = DEVICE.fullmatch(code)
    return DeviceTexts(found["letters"], found["secret"]) if found else None


def shown(letters: str) -> str:
    """As people read it aloud: BCDF-GHJK."""
    return f"{letters[:4]}-{letters[4:]}"


def read_letters(typed: str) -> str | None:
    """What a person typed, in whichever case and with whatever between."""
    if len(typed) > MOST_TYPED:
        return None
    letters = BETWEEN.sub("", typed).upper()
    return letters if TYPED.fullmatch(letters) else None


def key_of(letters: str) -> str:
    """Eight letters alone could be guessed from a plain hash."""
    return salted_hmac("oauth.device", letters, algorithm="sha256").hexdigest()
