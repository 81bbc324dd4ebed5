"""Registered apps over HTTP, for those who made them."""

from rest_framework.request import Request

from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from profiles.accounts.proofs import require_fresh_proof
from profiles.accounts.views import NeverStored
from profiles.developers import services as apps
from profiles.developers.examples import AN_APP, NEW, WANTED
from profiles.developers.serializers import (
    AppChangeInput,
    AppInput,
    NewRegisteredAppAnswer,
    RegisteredAppAnswer,
    app_to_json,
    with_secret,
)
from profiles.oauth.models import App

TAGS = ["Developers"]


class RegisteredAppsViewSet(NeverStored):
    """No answer is kept for a retry, because some of them hold a secret."""

    @property
    def throttle_scope(self) -> str:  # type: ignore[override]
        return "token" if self.action == "create" else ""

    @documented(
        "The apps that you registered, newest first.",
        name="getRegisteredApps",
        scope="account",
        tags=TAGS,
        data=[RegisteredAppAnswer],
        examples={"one": [AN_APP]},
    )
    def list(self, request: Request) -> Answer:
        rows = App.objects.of(self.user_id).order_by("-pk")
        return answer([app_to_json(app) for app in rows])

    @documented(
        "Registers an app, which then asks people for access by OAuth 2.",
        name="registerApp",
        description="Free, and it works at once. `client_secret` is of a confidential "
        "app alone, and shown this once. At most 20 apps. Where people are sent back "
        "to is compared letter by letter, but for the port of `http://127.0.0.1/…`.",
        scope="account",
        tags=TAGS,
        body=AppInput,
        data=NewRegisteredAppAnswer,
        errors=["apps_full", "app_name_taken", "proof_needed"],
        examples={"registered": NEW},
        body_examples={"on a server": WANTED},
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(AppInput)
        require_fresh_proof(request)
        is_confidential = values.pop("confidential")
        app, secret = apps.register(
            user_id=self.user_id, values=values, is_confidential=is_confidential
        )
        return answer(with_secret(app, secret))

    @documented(
        "Changes an app; what is not sent stays.",
        name="changeRegisteredApp",
        description="With `redirect_uris` it needs a fresh proof (403 "
        "`proof_needed`): the codes that let the app in are sent there.",
        scope="account",
        tags=TAGS,
        body=AppChangeInput,
        data=RegisteredAppAnswer,
        errors=["app_not_found", "app_name_taken", "proof_needed"],
        examples={"changed": AN_APP},
        body_examples={"another name": {"name": "Ani Notes"}},
    )
    def partial_update(self, request: Request, app_id: str) -> Answer:
        values = self.read_body(AppChangeInput)
        if "redirect_uris" in values:
            require_fresh_proof(request)
        app = apps.change(user_id=self.user_id, app_id=parse_id(app_id), values=values)
        return answer(app_to_json(app))

    @documented(
        "Replaces the secret of a confidential app; the one before ends at once.",
        name="rotateAppSecret",
        scope="account",
        tags=TAGS,
        data=NewRegisteredAppAnswer,
        errors=["app_not_found", "app_is_public", "proof_needed"],
        examples={"another": NEW},
    )
    def rotate(self, request: Request, app_id: str) -> Answer:
        require_fresh_proof(request)
        app, secret = apps.rotate(user_id=self.user_id, app_id=parse_id(app_id))
        return answer(with_secret(app, secret))

    @documented(
        "Removes an app: it has access to nobody's account any more.",
        name="removeRegisteredApp",
        scope="account",
        tags=TAGS,
        data={"message": str},
        errors=["app_not_found", "proof_needed"],
        examples={"removed": {"message": "App removed"}},
    )
    def destroy(self, request: Request, app_id: str) -> Answer:
        require_fresh_proof(request)
        apps.remove(user_id=self.user_id, app_id=parse_id(app_id))
        return answer({"message": "App removed"})
