"""Webhooks over HTTP."""

from typing import cast

from rest_framework.request import Request

from animecollections.api.ids import parse_id
from animecollections.api.paging import page
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, documented, paging
from animecollections.api.shapes import nullable
from animecollections.identity import SignIn
from animecollections.scopes import ACCOUNT
from profiles.accounts.proofs import require_fresh_proof
from profiles.accounts.views import NeverStored
from profiles.webhooks import examples, reads, services
from profiles.webhooks.models import Webhook
from profiles.webhooks.serializers import (
    DeliveryAnswer,
    MadeWebhookAnswer,
    WebhookAnswer,
    WebhookChangesInput,
    WebhookInput,
    check_parts,
    delivery_to_json,
    made_to_json,
    to_json,
)

TAGS = ["Webhooks"]
SCOPE = "webhooks"
PER_PAGE = 50


class WebhooksViewSet(NeverStored):
    @property
    def sign_in(self) -> SignIn:
        return cast("SignIn", self.request.auth)

    def as_json(self, webhook: Webhook) -> WebhookAnswer:
        return to_json(webhook, shows_url=ACCOUNT in self.sign_in.scopes)

    @documented(
        "The webhooks, oldest first; their secrets are not shown again.",
        name="getWebhooks",
        description="`url` is null for tokens: who has it can often write there.",
        scope=SCOPE,
        tags=TAGS,
        data=[WebhookAnswer],
        examples={"one": [examples.A_WEBHOOK]},
    )
    def list(self, request: Request) -> Answer:
        rows = Webhook.objects.of(self.user_id).oldest_first()
        return answer([self.as_json(row) for row in rows])

    @documented(
        "Makes a webhook: an address that is sent what changes from now on.",
        name="createWebhook",
        description="Private entries too, but for `discord` and `ntfy`. `secret` is "
        "shown this once; it signs each message after Standard Webhooks. At most 10. A "
        "token cannot make one: it would go on being sent things after the token has "
        "ended. `docs/webhooks.md` has a receiver.",
        scope=ACCOUNT,
        tags=TAGS,
        body=WebhookInput,
        data=MadeWebhookAnswer,
        errors=["proof_needed", "webhooks_full"],
        examples={"made": examples.A_NEW_WEBHOOK},
        body_examples={
            "a server": {"url": examples.A_WEBHOOK["url"], "parts": ["entries"]},
            "a phone": {"url": "https://ntfy.example.org/anime", "format": "ntfy"},
        },
    )
    def create(self, request: Request) -> Answer:
        body = self.read_body(WebhookInput)
        require_fresh_proof(request)
        made = services.make(user_id=self.user_id, sign_in=self.sign_in, **body)
        return answer(made_to_json(made.webhook, made.secret))

    @documented(
        "Changes a webhook, pauses it, or lets it go on.",
        name="updateWebhook",
        description="One that goes on is sent all that it missed since the last "
        "message that it took. Another `url` needs a fresh proof.",
        scope=ACCOUNT,
        tags=TAGS,
        body=WebhookChangesInput,
        data=WebhookAnswer,
        errors=["proof_needed", "webhook_not_found"],
        examples={"paused": examples.A_PAUSED_WEBHOOK},
        body_examples={"pause": {"is_paused": True}, "go on": {"is_paused": False}},
    )
    def partial_update(self, request: Request, webhook_id: str) -> Answer:
        values, id_ = self.read_body(WebhookChangesInput), parse_id(webhook_id)
        if "parts" in values:
            webhook = reads.webhook_of(self.user_id, id_)
            check_parts(values["parts"], webhook.format)
        if "url" in values:
            require_fresh_proof(request)
        changed = services.change(
            user_id=self.user_id, webhook_id=id_, values=values, sign_in=self.sign_in
        )
        return answer(self.as_json(changed))

    @documented(
        "Replaces the secret; for a day the one before it signs too.",
        name="rotateWebhook",
        scope=ACCOUNT,
        tags=TAGS,
        data=MadeWebhookAnswer,
        errors=["proof_needed", "webhook_not_found"],
        examples={"another": examples.A_NEW_WEBHOOK},
    )
    def rotate(self, request: Request, webhook_id: str) -> Answer:
        require_fresh_proof(request)
        made = services.rotate(
            user_id=self.user_id,
            webhook_id=parse_id(webhook_id),
            sign_in=self.sign_in,
        )
        return answer(made_to_json(made.webhook, made.secret))

    @documented(
        "Ends a webhook at once, with its deliveries.",
        name="endWebhook",
        scope=SCOPE,
        tags=TAGS,
        data={"message": str},
        errors=["webhook_not_found"],
        examples={"ended": {"message": "Webhook ended"}},
    )
    def destroy(self, request: Request, webhook_id: str) -> Answer:
        services.end(user_id=self.user_id, webhook_id=parse_id(webhook_id))
        return answer({"message": "Webhook ended"})

    @documented(
        "Sends a test, also where it is paused: it leaves in about a second.",
        name="testWebhook",
        description="What came of it stands among the deliveries. While one waits, it "
        "is answered again.",
        scope=SCOPE,
        tags=TAGS,
        data=DeliveryAnswer,
        errors=["webhook_not_found"],
        examples={"waits": examples.A_TEST},
    )
    def test(self, request: Request, webhook_id: str) -> Answer:
        made = services.test(user_id=self.user_id, webhook_id=parse_id(webhook_id))
        return answer(delivery_to_json(made))


class DeliveriesViewSet(NeverStored):
    @documented(
        "What was sent to a webhook in seven days, newest first.",
        name="getDeliveries",
        description="`answer` has the first 2,048 bytes of the receiver's, as text.",
        scope=SCOPE,
        tags=TAGS,
        data=[DeliveryAnswer],
        meta={"next_cursor?": nullable(str)},
        parameters=[*paging(PER_PAGE)],
        errors=["webhook_not_found", "invalid_cursor"],
        examples={"one": Example([examples.A_DELIVERY], {"next_cursor": None})},
    )
    def list(self, request: Request, webhook_id: str) -> Answer:
        webhook = reads.webhook_of(self.user_id, parse_id(webhook_id))
        rows, meta = page(
            reads.deliveries_to(webhook),
            self.wanted,
            orderings={"id": "id"},
            default="-id",
            limit=PER_PAGE,
        )
        return answer([delivery_to_json(row) for row in rows], meta=meta)

    @documented(
        "Sends a message once more, by the same id.",
        name="redeliver",
        scope=SCOPE,
        tags=TAGS,
        data=DeliveryAnswer,
        errors=["webhook_not_found", "delivery_not_found", "sentence_was_sent"],
        examples={"waits": examples.A_DELIVERY | {"is_asked": True}},
    )
    def redeliver(self, request: Request, webhook_id: str, delivery_id: str) -> Answer:
        delivery = services.redeliver(
            user_id=self.user_id,
            webhook_id=parse_id(webhook_id),
            delivery_id=parse_id(delivery_id),
        )
        return answer(delivery_to_json(delivery))
