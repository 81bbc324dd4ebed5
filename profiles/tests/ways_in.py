"""What signs in to an account besides its password, for tests."""

from django_otp.plugins.otp_totp.models import TOTPDevice

from profiles.feeds import services as feeds
from profiles.models import Feed, Identity, LoginClaim, Passkey, User, Webhook
from profiles.oidc import services as identities
from profiles.oidc.flow import Found
from profiles.second_factor.factors import changing_factors
from profiles.second_factor.services import codes_left
from profiles.tests.factors import turn_on
from profiles.webhooks import services as webhooks


def add_ways_in(user, name):
    """A passkey, an authenticator with its codes, a provider, a feed, a webhook."""
    turn_on(user)
    with changing_factors(user.pk):
        Passkey.objects.create(
            user=user,
            name=name,
            digest=name,
            credential_id=b"id",
            public_key=b"key",
            sign_count=0,
            is_synced=False,
        )
    joined = Found("work", name, user.email)
    identities.join(user_id=user.pk, found=joined, epoch=user.auth_epoch)
    webhooks.make(
        user_id=user.pk,
        url="https://hooks.example.org/1",
        name=name,
        format="standard",
        parts=["entries"],
    )
    return feeds.make(user_id=user.pk, name=name, types=[]).secret


def ways_in(user):
    return {
        "factors": User.objects.get(pk=user.pk).second_factors,
        "authenticators": TOTPDevice.objects.filter(user=user).count(),
        "codes": codes_left(user.pk),
        "passkeys": [*Passkey.objects.of(user.pk).values_list("name", flat=True)],
        "providers": [*Identity.objects.of(user.pk).values_list("key", flat=True)],
        "claims": [
            *LoginClaim.objects.filter(value__startswith="oidc:").values_list(
                "value", flat=True
            )
        ],
        "feeds": [*Feed.objects.of(user.pk).values_list("name", flat=True)],
        "webhooks": [*Webhook.objects.of(user.pk).values_list("name", flat=True)],
    }


NO_WAY_IN = {"factors": "", "authenticators": 0, "codes": 0}
NO_WAY_IN |= {
    name: [] for name in ("passkeys", "providers", "claims", "feeds", "webhooks")
}
