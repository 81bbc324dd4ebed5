"""Which passwords we take, and how we say why not."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from animecollections.api.errors import ApiError
from profiles.accounts.models import User

MIN_LENGTH, MAX_LENGTH = 8, 128

# Django's validators decide; these tell a person what to do, where Django only says
# what is wrong.
SENTENCES = {
    "password_too_short": f"Choose a password of at least {MIN_LENGTH} characters.",
    "password_too_long": f"Choose a password of at most {MAX_LENGTH} characters.",
    "password_blank": "Choose a password that is not only spaces.",
    "password_too_similar": (
        "Choose a password that is less similar to your user name and e-mail."
    ),
    "password_too_common": "That password is too common. Pick one that's harder to "
    "guess.",
}


class MaximumLengthValidator:
    """A cap, so that nobody makes the server hash a novel."""

    def __init__(self, max_length: int = MAX_LENGTH) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Use at most {self.max_length} characters."


class BlankValidator:
    """Blanks are welcome in a password, but nobody shall find it with the space bar."""

    def validate(self, password: str, user: object = None) -> None:
        if password and not password.strip():
            raise ValidationError(self.get_help_text(), code="password_blank")

    def get_help_text(self) -> str:
        return "Use more than spaces."


def problems(password: str, user: User) -> list[str]:
    """Sentences, the first first to be shown; none when the password will do."""
    try:
        validate_password(password, user)
    except ValidationError as refused:
        return [
            SENTENCES.get(error.code or "", error.messages[0])
            for error in refused.error_list
        ]
    return []


def refuse_weak(password: str, user: User, *, field: str) -> None:
    """400 whose `error` itself says what to change: some clients show nothing else."""
    if sentences := problems(password, user):
        raise ApiError("invalid", fields={field: sentences}, sentence=sentences[0])
