"""One person, one key: e-mails and user names folded so that look-alikes meet."""

import re
import unicodedata
from functools import cache
from itertools import groupby

from confusable_homoglyphs import categories, confusables
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

MAX_EMAIL = 254
NO_EMAIL = "Send an e-mail address such as name@example.org."
MIN_NAME, MAX_NAME, MAX_KEY = 3, 50, 100
MOST_MARKS = 4  # on one letter; Burmese and Tibetan need so many

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

# Letters that are drawn as plain ones, by their Unicode names: ᴀ, ı, 🅰, 🇦.
DRAWN_AS = re.compile(
    "(?:LATIN LETTER SMALL CAPITAL|LATIN SMALL LETTER DOTLESS"
    "|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER"
    "|REGIONAL INDICATOR SYMBOL LETTER) ([A-Z])"
)
DOTS_ABOVE = re.compile("(?<=[ij])\u0307+")  # they have one: i̇ is i

# Names that would pass for the service, its staff or one of its pages, or mean no
# person. An account that has one keeps it, and staff can give one: `is_reserved` is
# asked at sign-up and when people rename themselves. RESERVED_USER_NAMES adds more.
RESERVED = """
    abuse account accounts admin administrator administrators admins animecollections
    anonymous api bot everybody everyone help helpdesk hostmaster info login logout
    mailer-daemon me mod moderation moderator moderators mods nobody noreply null
    official postmaster privacy root security settings signin signout signup staff
    superuser support sysadmin system undefined webmaster www you

    anime animes apps browse calendar developers devices diary discover export feed
    feeds followers following history home import lists notices oauth profile profiles
    search season seasons shared shares statistics stats title titles tokens users
    watchlist webhooks welcome
"""
# How they are compared: 4DM1N, r00t and $taff too; 1 stands for i and for l.
WRITTEN_FOR = str.maketrans("01i|3457@$", "ollleastas")


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
    # A mail server leaves these out: with each, one mailbox would have another account.
    if any(is_unseen(character) for character in folded):
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
    if marks_on_one_letter(name) > MOST_MARKS:
        raise ValidationError("Choose a user name with fewer marks on one letter.")
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


def marks_on_one_letter(name: str) -> int:
    """The most that any letter carries."""
    kinds = (
        unicodedata.category(character)[0]
        for character in unicodedata.normalize("NFD", name)
    )
    runs = (len(list(run)) for kind, run in groupby(kinds) if kind == "M")
    return max(runs, default=0)


def mixes_scripts(name: str) -> bool:
    found = scripts(unicodedata.normalize("NFKC", name))
    return len(found) > 1 and not any(found <= known for known in WRITTEN_TOGETHER)


def scripts(text: str) -> set[str]:
    return set(categories.unique_aliases(text)) - OF_NO_SCRIPT


def is_reserved(name: str) -> bool:
    """Whether nobody may take a name, however it is spelled (4DM1N, a.d.m.i.n)."""
    return bare(name) in reserved()


@cache
def reserved() -> frozenset[str]:
    return frozenset(map(bare, [*RESERVED.split(), *settings.RESERVED_USER_NAMES]))


def bare(name: str) -> str:
    """The key without what stands between its letters, and digits as letters."""
    letters = fold_user_name(name).translate(WRITTEN_FOR)
    return "".join(letter for letter in letters if letter.isalnum())


def masked_email(email: str) -> str:
    """As it may be told to somebody else: whose it is, they see if they know it."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def fold_user_name(name: str) -> str:
    """The key under which a user name is unique: NFKC, without regard to case, and
    letters that look like ours as ours. A name of another alphabet that looks like
    one of ours throughout (сор, cop) counts as that; any other stays as it is.
    """
    folded = unicodedata.normalize("NFKC", " ".join(name.split())).casefold()
    folded = unicodedata.normalize("NFKC", folded)
    folded = DOTS_ABOVE.sub("", "".join(map(as_drawn, folded)))
    twins = [own if is_plain(own) else twin_of(own) for own in folded]
    if scripts(folded) == {"LATIN"}:
        folded = "".join(twin or own for twin, own in zip(twins, folded, strict=True))
    elif all(twins):
        folded = "".join(twins)
    return folded


@cache
def as_drawn(character: str) -> str:
    """a for ᴀ and i for ı; anything else as it is."""
    found = DRAWN_AS.fullmatch(unicodedata.name(character, ""))
    return found[1].lower() if found else character


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
