"""Signing in as JSON: what clients send, and what they are answered."""

from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypedDict
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from rest_framework import serializers

from animecollections.api.fields import StrictText
from animecollections.api.shapes import SecondSpelling
from animecollections.identity import Account
from profiles.accounts.identifiers import MAX_EMAIL, check_email, check_user_name
from profiles.accounts.models import User
from profiles.time_zones import zones


class Email(StrictText):
    def to_internal_value(self, data: object) -> str:
        return check_email(super().to_internal_value(data))


class UserName(StrictText):
    def __init__(self, **more: Any) -> None:
        # Or a name of blanks would be taken for an empty one, and never be checked.
        super().__init__(trim_whitespace=False, **more)

    def to_internal_value(self, data: object) -> str:
        return check_user_name(super().to_internal_value(data))


class Secret(serializers.CharField):
    """A password or token, as it was typed: neither trimmed nor normalised."""

    def __init__(self, **more: Any) -> None:
        more = {"max_length": 4096, "write_only": True} | more
        super().__init__(trim_whitespace=False, **more)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Send a text.")
        return data


RULES = "8 to 128 characters; not common, and not similar to user name or e-mail."


class OneOf(serializers.CharField):
    """What a browser says by itself keeps nobody from signing up: "" if not known."""

    def __init__(self, known: Callable[[], Container[str]], **more: Any) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True, **more)
        self.known = known

    def to_internal_value(self, data: object) -> str:
        return data if isinstance(data, str) and data in self.known() else ""


class SignUpInput(serializers.Serializer[Any]):
    email = Email()
    user_name = UserName(help_text="3 to 50 characters, in letters of one alphabet.")
    password = Secret(help_text=RULES)
    timezone = OneOf(zones, help_text="IANA name; an unknown one becomes UTC.")
    language = OneOf(
        lambda: dict(settings.LANGUAGES), help_text="en or es; any other becomes en."
    )


class SignInInput(serializers.Serializer[Any]):
    email = StrictText(max_length=MAX_EMAIL)
    password = Secret()


class SignOutInput(serializers.Serializer[Any]):
    """Shows the body in the schema; what comes is read without complaint."""

    everywhere = serializers.BooleanField(required=False, default=False)


class RefreshInput(serializers.Serializer[Any]):
    refresh = Secret()


class PasswordInput(serializers.Serializer[Any]):
    old_password = Secret()
    new_password = Secret(help_text=RULES)


class EraseInput(serializers.Serializer[Any]):
    password = Secret(
        required=False,
        help_text="The account's password, again; of one that has none a fresh proof "
        "is enough.",
    )


class ResetInput(serializers.Serializer[Any]):
    email = Email()


class ConfirmInput(serializers.Serializer[Any]):
    uid = StrictText(max_length=100)
    token = StrictText(max_length=200)
    new_password = Secret(help_text=RULES)


class Message(TypedDict):
    message: str


class UserAnswer(TypedDict):
    id: UUID
    name: str
    avatar: str | None


class SessionAnswer(TypedDict):
    expires_at: datetime
    expires_in: int
    token_type: Literal["cookie"]


class SignedInAnswer(TypedDict):
    user: UserAnswer
    session: SessionAnswer


class CurrentUserAnswer(TypedDict):
    id: UUID
    name: str
    email: str
    avatar: str | None
    banner_image: str | None
    enfasiscolor: str
    enfasis_color: Annotated[str, SecondSpelling("enfasiscolor")]
    parentalControl: bool
    parental_control: Annotated[bool, SecondSpelling("parentalControl")]


def signed_in_answer(user: User, avatar: str, session: SessionBase) -> SignedInAnswer:
    return {
        "user": {"id": user.pk, "name": user.user_name, "avatar": avatar or None},
        "session": {
            "expires_at": session.get_expiry_date(),
            "expires_in": session.get_expiry_age(),
            "token_type": "cookie",
        },
    }


def current_answer(account: Account, shown: Mapping[str, Any]) -> CurrentUserAnswer:
    """`shown` as User.objects.shown has it."""
    return {
        "id": account.id,
        "name": account.user_name,
        "email": account.email,
        "avatar": shown["avatar"] or None,
        "banner_image": shown["banner_image"] or None,
        "enfasiscolor": shown["accent_color"],
        "enfasis_color": shown["accent_color"],
        "parentalControl": account.hides_mature,
        "parental_control": account.hides_mature,
    }
