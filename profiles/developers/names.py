"""What an app may be called. Its name is what a person reads before they let it in."""

import re
import unicodedata

from django.core.exceptions import ValidationError

from profiles.accounts.identifiers import (
    MOST_MARKS,
    bare,
    is_reserved,
    is_unseen,
    marks_on_one_letter,
    mixes_scripts,
)

SHORTEST, LONGEST = 3, 60
# Parts of a name by which it would pass for the service, and words that only it says.
OURS = ("animecollections",)
OURS_ALONE = frozenset({"official", "oficial", "verified", "verificado", "staff"})
# An address or a number in a name is an advertisement, and ends up in mails.
ADDRESS = re.compile(r"[@/\\:]|\w\.\w{2}|\d{5}")


def check_app_name(name: str) -> str:
    """The name as it is shown (NFC, single spaces), or a ValidationError that says what
    to change.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not SHORTEST <= len(name) <= LONGEST:
        raise ValidationError(f"Choose a name of {SHORTEST} to {LONGEST} characters.")
    if any(is_unseen(character) for character in name):
        raise ValidationError("Choose a name without invisible characters.")
    if not bare(name):
        raise ValidationError("Choose a name with a letter or a digit in it.")
    if marks_on_one_letter(name) > MOST_MARKS:
        raise ValidationError("Choose a name with fewer marks on one letter.")
    if mixes_scripts(name):
        raise ValidationError("Choose a name in letters of one alphabet.")
    if ADDRESS.search(name):
        raise ValidationError("Choose a name without an address or a number in it.")
    if passes_for_ours(name):
        raise ValidationError("This name would pass for the service: choose another.")
    return name


def passes_for_ours(name: str) -> bool:
    """However it is spelled: 4nime Collect1ons, Off-icial."""
    words = {bare(word) for word in name.split()}
    ours = any(bare(part) in bare(name) for part in OURS)
    return ours or is_reserved(name) or bool(words & {*map(bare, OURS_ALONE)})


def name_key(name: str) -> str:
    """Under which a name is unique: look-alikes have the same."""
    return bare(name)
