"""The end of an account, over HTTP."""

from typing import Any, cast

from rest_framework.request import Request

from animecollections.api.client_ip import address
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.api.views import ApiViewSet
from animecollections.identity import SignIn
from profiles.accounts.middleware import with_session
from profiles.accounts.serializers import EraseInput, Message
from profiles.accounts.views import device_of
from profiles.personal_data import erasure

SUMMARY = "Erases the account for good, with all its rows and files."
DESCRIPTION = (
    "All sessions and tokens end, and live sockets close (4401). A retry after "
    "success is 401 `session_ended`: treat it as success. Wrong passwords count "
    "towards the lock-out. With a second factor, or without a password, it needs a "
    "fresh proof (403 `proof_needed`). To keep a copy, first `GET "
    "/api/user/export?format=account`. "
)
DOCUMENTATION: dict[str, Any] = {
    "tags": ["Account"],
    "body": EraseInput,
    "data": Message,
    "errors": ["wrong_credentials", "proof_needed", "locked"],
    "examples": {"erased": {"message": "Account erased"}},
    "body_examples": {"the password": {"password": "Right-Horse-7"}},
}


@with_session
class ErasureViewSet(ApiViewSet):
    throttle_scope = "sign_in"

    @documented(
        SUMMARY,
        name="eraseAccount",
        scope="account",
        description=DESCRIPTION
        + "If a proxy drops the body of a DELETE, use `POST /api/user/erase`.",
        **DOCUMENTATION,
    )
    def destroy(self, request: Request) -> Answer:
        values = self.read_body(EraseInput)
        erasure.erase_own(
            user_id=self.user_id,
            **values,
            address=address(request._request),
            device=device_of(request),
            through=self.through,
            sign_in=cast("SignIn", request.auth),
        )
        session: Any = request.session
        session.forget()  # tells the browser to drop its cookie
        return answer({"message": "Account erased"})

    @documented(
        SUMMARY,
        name="eraseAccountByPost",
        scope="account",
        description=DESCRIPTION + "The same as `DELETE /api/user`.",
        **DOCUMENTATION,
    )
    def create(self, request: Request) -> Answer:
        return self.destroy(request)
