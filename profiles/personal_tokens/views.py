"""Personal tokens over HTTP."""

from typing import cast

from rest_framework.request import Request

from animecollections.api.errors import ApiError
from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.identity import SignIn
from profiles.accounts.proofs import require_fresh_proof
from profiles.accounts.views import NeverStored
from profiles.personal_tokens import services as tokens
from profiles.personal_tokens.examples import A_TOKEN, NEW, WANTED
from profiles.personal_tokens.serializers import (
    NewPersonalTokenAnswer,
    PersonalTokenAnswer,
    PersonalTokenInput,
    new_to_json,
    to_json,
)

TAGS = ["Personal tokens"]


class PersonalTokensViewSet(NeverStored):
    """No answer is kept for a retry, because one of them holds a secret."""

    @property
    def throttle_scope(self) -> str:  # type: ignore[override]
        return "token" if self.action == "create" else ""

    @documented(
        "The personal tokens that work, newest first.",
        name="getPersonalTokens",
        description="Never their text. `last_used_at` is right to a minute.",
        scope="account",
        tags=TAGS,
        data=[PersonalTokenAnswer],
        examples={"one": [A_TOKEN]},
    )
    def list(self, request: Request) -> Answer:
        return answer([to_json(token) for token in tokens.made_by(self.user_id)])

    @documented(
        "Makes a personal token: a sign-in for a script or an app.",
        name="createPersonalToken",
        description="`token` is its text, shown this once; send it as "
        "`Authorization: Bearer`. It can do what its scopes allow, has a rate limit of "
        "its own, and ends with `DELETE`, at `expires_at`, with a change of the "
        "password, and when all sign-ins are ended. The owner gets a mail. With the "
        "scope `sandbox` it is of a sandbox, which is made with the first "
        "(`docs/fault-drill.md`).",
        scope="account",
        tags=TAGS,
        body=PersonalTokenInput,
        data=NewPersonalTokenAnswer,
        errors=["proof_needed", "tokens_full"],
        examples={"made": NEW},
        body_examples={"a backup": WANTED},
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(PersonalTokenInput)
        require_fresh_proof(request)
        token, text = tokens.make(
            user_id=self.user_id, sign_in=cast("SignIn", request.auth), **values
        )
        return answer(new_to_json(token, text))

    @documented(
        "Ends a personal token, at once.",
        name="endPersonalToken",
        scope="account",
        tags=TAGS,
        data={"message": str},
        errors=["personal_token_not_found"],
        examples={"ended": {"message": "Token ended"}},
    )
    def destroy(self, request: Request, token_id: str) -> Answer:
        id_ = parse_id(token_id)
        if tokens.end(user_id=self.user_id, token_id=id_) is None:
            raise ApiError("personal_token_not_found")
        return answer({"message": "Token ended"})
