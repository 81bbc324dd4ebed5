"""Signatures after Standard Webhooks (https://www.standardwebhooks.com), and secrets.

A secret stands in no table and no backup: it is made of a random seed in the webhook's
row and the server's key, and signs as long as both are there.
"""

from base64 import b64encode
from datetime import datetime
from secrets import token_urlsafe

from django.utils.crypto import salted_hmac
from standardwebhooks.webhooks import Webhook as Signer

from profiles.webhooks.models import Webhook

SALT = "animecollections.webhooks"


def new_seed() -> str:
    return token_urlsafe(32)


def secret_of(seed: str) -> str:
    """As receivers are given it."""
    key = salted_hmac(SALT, seed, algorithm="sha256").digest()
    return f"whsec_{b64encode(key).decode()}"


def signed(webhook: Webhook, id_: str, body: str, at: datetime) -> dict[str, str]:
    """The headers of a try, in UTC. For a day after another secret was made there are
    two signatures, so that a receiver may take either.
    """
    seeds = [webhook.seed]
    if webhook.previous_until and at < webhook.previous_until:
        seeds.append(webhook.previous_seed)
    signatures = [Signer(secret_of(seed)).sign(id_, at, body) for seed in seeds]
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
