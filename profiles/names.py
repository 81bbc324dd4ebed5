"""One person, one key: e-mails and user names folded so that look-alikes meet."""

import unicodedata


def fold_email(email: str) -> str:
    """The e-mail as it is kept and compared: NFKC, without regard to case."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


def fold_user_name(name: str) -> str:
    """The key under which a user name is unique: NFKC, without regard to case."""
    folded = unicodedata.normalize("NFKC", name.strip()).casefold()
    return unicodedata.normalize("NFKC", folded)
