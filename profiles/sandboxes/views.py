"""The sandbox over HTTP."""

from rest_framework.request import Request

from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.api.views import ApiViewSet
from animecollections.scopes import SANDBOX
from profiles.sandboxes import services as sandboxes

TAGS = ["Sandbox"]


class SandboxResetViewSet(ApiViewSet):
    """Empty twice is empty: it needs no Idempotency-Key, and forgets those it kept."""

    throttle_scope = "drill"

    @documented(
        "Empties the sandbox: list, diary, lists, searches, profile, kept answers.",
        name="resetSandbox",
        description="Tokens stay. Its log begins anew, so that every cursor is 410 "
        "`cursor_expired`; open sockets get a `ping` with the new one. For tokens of "
        "the scope `sandbox`, which are made by `POST /api/user/tokens`.",
        scope=SANDBOX,
        tags=TAGS,
        data={"message": str},
        errors=["forbidden"],
        examples={"emptied": {"message": "Sandbox emptied"}},
    )
    def create(self, request: Request) -> Answer:
        sandboxes.reset(user_id=self.user_id)
        return answer({"message": "Sandbox emptied"})
