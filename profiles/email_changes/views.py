"""The e-mail address over HTTP."""

from datetime import datetime
from typing import Any, TypedDict, cast

from rest_framework import serializers
from rest_framework.request import Request

from animecollections.api.errors import ApiError
from animecollections.api.fields import StrictObject
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.identity import SignIn
from animecollections.scopes import OPEN
from profiles.accounts.models import User
from profiles.accounts.proofs import require_fresh_proof
from profiles.accounts.serializers import Email, Message, Secret
from profiles.accounts.views import NeverStored, OpenViewSet
from profiles.email_changes import services as emails
from profiles.email_changes.models import EmailChange

TAGS = ["Signing in"]
ASKED = "If this address can be used, a mail with a link is on its way to it"
A_LINK = {"token": "550e8400e29b41d4a716446655440000019ab0c47a317c3e9d0b6f2f4f5f8a11…"}


class EmailInput(StrictObject):
    email = Email()


class EmailLinkInput(serializers.Serializer[Any]):
    token = Secret(max_length=200, help_text="What stands behind `=` in the link.")


class EmailAnswer(TypedDict):
    email: str
    confirmed_at: datetime | None
    asked: str | None


class EmailViewSet(NeverStored):
    @property
    def throttle_scope(self) -> str:  # type: ignore[override]
        return "mail" if self.action == "create" else ""

    @documented(
        "The e-mail address, and the one that was asked for.",
        name="getEmail",
        description="`confirmed_at` is null for an address that nobody has confirmed "
        "by a mail. `asked` waits to be confirmed.",
        scope="account",
        tags=TAGS,
        data=EmailAnswer,
        examples={
            "unconfirmed": {
                "email": "alice@example.org",
                "confirmed_at": None,
                "asked": "alice@example.net",
            }
        },
    )
    def retrieve(self, request: Request) -> Answer:
        user = User.objects.filter(pk=self.user_id).first()
        if user is None:
            raise ApiError("session_ended")
        changes = EmailChange.objects.of(user.pk).filter(auth_epoch=user.auth_epoch)
        asked = changes.asked().first()
        told: EmailAnswer = {
            "email": user.email,
            "confirmed_at": user.email_confirmed_at,
            "asked": asked.new_email if asked else None,
        }
        return answer(told)

    @documented(
        "Asks for another e-mail address, or to confirm the one there is.",
        name="changeEmail",
        description="A mail with a link goes to the address; nothing changes before "
        "somebody follows it within a day. The answer does not reveal whether the "
        "address has an account.",
        scope="account",
        tags=TAGS,
        body=EmailInput,
        data=Message,
        errors=["proof_needed"],
        examples={"asked": {"message": ASKED}},
        body_examples={"another": {"email": "alice@example.net"}},
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(EmailInput)
        require_fresh_proof(request)
        sign_in = cast("SignIn", request.auth)
        emails.ask(user_id=self.user_id, sign_in=sign_in, **values)
        return answer({"message": ASKED})


class EmailLinkViewSet(OpenViewSet):
    @documented(
        "Confirms an e-mail address, with the token of the mailed link.",
        name="confirmEmail",
        description="The old address gets a mail, and can take the change back for a "
        "week. Works once, within a day.",
        scope=OPEN,
        tags=TAGS,
        body=EmailLinkInput,
        data=Message,
        errors=["email_link_invalid", "email_taken"],
        examples={"confirmed": {"message": "E-mail confirmed"}},
        body_examples={"from the link": A_LINK},
    )
    def confirm(self, request: Request) -> Answer:
        emails.confirm(**self.read_body(EmailLinkInput))
        return answer({"message": "E-mail confirmed"})

    @documented(
        "Takes a new e-mail address back, with the token of the link that the old "
        "address got.",
        name="takeBackEmail",
        description="The account has its old address again. All sessions and tokens "
        "end, and the password too: a link to choose a new one is mailed to the old "
        "address. Works once, within a week.",
        scope=OPEN,
        tags=TAGS,
        body=EmailLinkInput,
        data=Message,
        errors=["email_link_invalid", "email_taken"],
        examples={"taken back": {"message": "E-mail taken back"}},
        body_examples={"from the link": A_LINK},
    )
    def take_back(self, request: Request) -> Answer:
        emails.take_back(**self.read_body(EmailLinkInput))
        return answer({"message": "E-mail taken back"})
