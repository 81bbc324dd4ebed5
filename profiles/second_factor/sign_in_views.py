"""Signing in by a second factor or a passkey, over HTTP; and the way back without."""

from rest_framework.request import Request

from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.api.shapes import either
from animecollections.scopes import OPEN
from profiles.accounts.examples import SIGNED_IN, TOKENS
from profiles.accounts.middleware import with_session
from profiles.accounts.models import User
from profiles.accounts.serializers import Message, SignedInAnswer
from profiles.accounts.tokens import TokenPair
from profiles.accounts.views import OpenViewSet, answer_signed_in, browser
from profiles.second_factor import passkeys, removal, sign_in
from profiles.second_factor.examples import ASSERTION, OPTIONS_TO_USE, TICKET
from profiles.second_factor.serializers import (
    DueAnswer,
    KeepInput,
    PasskeySignInInput,
    SecondFactorInput,
    TicketInput,
)

TAGS = ["Signing in"]


@with_session
class SecondFactorViewSet(OpenViewSet):
    sets_cookie = True

    @documented(
        "The second step of a sign-in: the answer is that of the first.",
        name="sendSecondFactor",
        description="After 401 `second_factor_needed`: send its `details.ticket` with "
        "one of its `details.methods` (`authenticator` is `code`). The ticket works "
        "for ten minutes, once, and in the browser that began. A sign-in is answered "
        "as by `signIn`, one for tokens as by `createTokens`. Wrong codes count as "
        "wrong passwords do.",
        scope=OPEN,
        tags=TAGS,
        body=SecondFactorInput,
        data=either(SignedInAnswer, TokenPair),
        errors=["ticket_invalid", "wrong_code", "passkey_invalid", "locked"],
        examples={"signed in": SIGNED_IN, "a pair of tokens": TOKENS},
        body_examples={
            "a code": {"ticket": TICKET, "code": "123456"},
            "a recovery code": {
                "ticket": TICKET,
                "recovery_code": "k3vq-7m2x-aapl-90tz",
            },
            "a passkey": {"ticket": TICKET, "passkey": ASSERTION},
        },
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(SecondFactorInput)
        who = browser(request)
        entered = sign_in.finish(**values, **who)
        if isinstance(entered, User):
            return answer_signed_in(request, entered, who["device"])
        return answer(entered)

    @documented(
        "Asks for the second factors to be removed, because all of them are lost.",
        name="removeLostFactors",
        description="They are removed at `due_at`, some days from now "
        "(`FACTOR_REMOVAL_DAYS`). The owner gets a mail at once, with a link that "
        "stops it; a sign-in by a second factor stops it too. To ask again changes "
        "nothing.",
        scope=OPEN,
        tags=TAGS,
        body=TicketInput,
        data=DueAnswer,
        errors=["ticket_invalid"],
        examples={"asked": {"due_at": "2026-12-07T09:30:00Z"}},
        body_examples={"the ticket": {"ticket": TICKET}},
    )
    def remove_lost(self, request: Request) -> Answer:
        ticket = self.read_body(TicketInput)["ticket"]
        due_at = removal.ask(ticket=ticket, device=browser(request)["device"])
        return answer({"due_at": due_at})


class KeepFactorsViewSet(OpenViewSet):
    @documented(
        "Keeps the second factors, by the link in the mail.",
        name="keepFactorsByLink",
        description="The same again is fine.",
        scope=OPEN,
        tags=TAGS,
        body=KeepInput,
        data=Message,
        errors=["link_invalid"],
        examples={"kept": {"message": "Your second factors stay on"}},
        body_examples={"from the link": {"token": "550e8400e29b….019ab0f2…:4Zk…"}},
    )
    def create(self, request: Request) -> Answer:
        removal.stop_by_link(token=self.read_body(KeepInput)["token"])
        return answer({"message": "Your second factors stay on"})


class PasskeyOptionsViewSet(OpenViewSet):
    throttle_scope = ""  # whoever opens a form asks, and nothing is written

    @documented(
        "What a browser needs to sign in by a passkey, or to send one.",
        name="getPasskeyRequestOptions",
        description="For `navigator.credentials.get()`, also with `mediation: "
        '"conditional"`. The answer of the browser counts once, within 15 minutes.',
        scope=OPEN,
        tags=TAGS,
        data=dict,
        errors=["passkeys_off"],
        examples={"options": OPTIONS_TO_USE},
    )
    def create(self, request: Request) -> Answer:
        return answer(passkeys.options_to_use())


@with_session
class PasskeySignInViewSet(OpenViewSet):
    sets_cookie = True

    @documented(
        "Signs in by a passkey, without a password: sets the session cookie.",
        name="signInByPasskey",
        scope=OPEN,
        tags=TAGS,
        body=PasskeySignInInput,
        data=SignedInAnswer,
        errors=["passkey_invalid", "passkeys_off"],
        examples={"signed in": SIGNED_IN},
        body_examples={"from the browser": {"passkey": ASSERTION}},
    )
    def create(self, request: Request) -> Answer:
        passkey = self.read_body(PasskeySignInInput)["passkey"]
        who = browser(request)
        user = sign_in.by_passkey(credential=passkey, **who)
        return answer_signed_in(request, user, who["device"])
