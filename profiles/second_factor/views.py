"""Second factors and proofs over HTTP."""

from typing import cast

from rest_framework.request import Request

from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.identity import SignIn
from profiles.accounts.middleware import with_session
from profiles.accounts.proofs import require_fresh_proof
from profiles.accounts.serializers import Message
from profiles.accounts.views import NeverStored, browser
from profiles.second_factor import proving
from profiles.second_factor.serializers import ProofInput

TAGS = ["Second factor"]


@with_session
class ProofViewSet(NeverStored):
    throttle_scope = "sign_in"

    @documented(
        "Proves who asks, before something dangerous.",
        name="proveIdentity",
        description="What is dangerous is 403 `proof_needed` unless this session or "
        "app signed in, or was proved, a few minutes ago (`PROOF_MINUTES`). Send one "
        "of the `details.methods` of that answer, then the same request again. Wrong "
        "ones count towards the lock-out. An empty object asks whether a proof is "
        "needed.",
        scope="account",
        tags=TAGS,
        body=ProofInput,
        data=Message,
        errors=["proof_needed", "wrong_credentials", "locked"],
        examples={"proved": {"message": "Proved"}},
        body_examples={"the password": {"password": "Right-Horse-7"}},
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(ProofInput)
        if not values:
            require_fresh_proof(request)
            return answer({"message": "Proved"})
        who = browser(request)
        proving.prove(
            user_id=self.user_id,
            sign_in=cast("SignIn", request.auth),
            session=who["session"],
            address=who["address"],
            device=who["device"],
            **values,
        )
        return answer({"message": "Proved"})
