"""One person, one key: e-mails and user names folded so that look-alikes meet."""

import re
import unicodedata
from functools import cache

from confusable_homoglyphs import categories, confusables
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

MAX_EMAIL = 254
NO_EMAIL = "Send an e-mail address such as name@example.org."
MIN_NAME, MAX_NAME, MAX_KEY = 3, 50, 100

# Characters that show as nothing though their category does not say so: fillers,
# variation selectors, blank Braille.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
# Scripts that people do write together (Unicode TR39, "highly restrictive").
WRITTEN_TOGETHER = [
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "HANGUL"},
    {"LATIN", "HAN", "BOPOMOFO"},
]
OF_NO_SCRIPT = {"COMMON", "INHERITED"}


def fold_email(email: str) -> str:
    """The e-mail as it is kept and compared: NFKC, without regard to case.

    Lower case, not casefold: that would make another domain of straße.example.
    """
    return unicodedata.normalize("NFKC", email.strip()).lower()


def check_email(email: str) -> str:
    """The folded e-mail, or a ValidationError with a sentence."""
    folded = fold_email(email)
    if len(folded) > MAX_EMAIL:
        raise ValidationError(f"Use an e-mail of at most {MAX_EMAIL} characters.")
    if not folded.partition("@")[0].isascii():
        raise ValidationError(NO_EMAIL)
    EmailValidator(NO_EMAIL)(folded)
    return folded


def check_user_name(name: str) -> str:
    """The name as it is shown (NFC, single spaces), or a ValidationError that says
    what to change.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not MIN_NAME <= len(name) <= MAX_NAME:
        raise ValidationError(
            f"Choose a user name of {MIN_NAME} to {MAX_NAME} characters."
        )
    if any(is_unseen(character) for character in name):
        raise ValidationError("Choose a user name without invisible characters.")
    if not any(character.isalnum() for character in name):
        raise ValidationError("Choose a user name with a letter or a digit in it.")
    if mixes_scripts(name):
        raise ValidationError("Choose a user name in letters of one alphabet.")
    if len(fold_user_name(name)) > MAX_KEY:
        raise ValidationError("Choose a shorter user name.")
    return name


def is_unseen(character: str) -> bool:
    """Controls, marks of direction, zero width, separators other than the space."""
    category = unicodedata.category(character)
    return (
        category[0] == "C"
        or category in ("Zl", "Zp")
        or INVISIBLE.match(character) is not None
    )


def mixes_scripts(name: str) -> bool:
    found = scripts(unicodedata.normalize("NFKC", name))
    return len(found) > 1 and not any(found <= known for known in WRITTEN_TOGETHER)


def scripts(text: str) -> set[str]:
    return set(categories.unique_aliases(text)) - OF_NO_SCRIPT


def fold_user_name(name: str) -> str:
    """The key under which a user name is unique: NFKC, without regard to case, and a
    name that another alphabet can spell in look-alikes of ours (сор, cop) as if in
    ours.
    """
    folded = unicodedata.normalize("NFKC", " ".join(name.split())).casefold()
    folded = unicodedata.normalize("NFKC", folded)
    twins = [own if is_plain(own) else twin_of(own) for own in folded]
    if scripts(folded) == {"LATIN"}:
        return "".join(twin or own for twin, own in zip(twins, folded, strict=True))
    return "".join(twins) if all(twins) else folded


def is_plain(character: str) -> bool:
    return character.isascii() or not character.isalpha()


@cache
def twin_of(character: str) -> str:
    """The ASCII letter that a foreign one, in either case, looks like."""
    for form in (character, character.upper()):
        for found in confusables.confusables_data.get(form, ()):
            if len(found["c"]) == 1 and found["c"].isascii() and found["c"].isalpha():
                return str(found["c"].lower())
    return ""
