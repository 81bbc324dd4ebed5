"""The link in a mail that keeps a second factor from being taken off."""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from profiles.second_factor.models import FactorRemoval

SIGNER = Signer(salt="profiles.factor_removal")


def link_to_stop(removal: FactorRemoval) -> str:
    """Its secret stands behind the #, which browsers send to nobody."""
    token = SIGNER.sign(f"{removal.user_id.hex}.{removal.pk.hex}")
    return f"{settings.PUBLIC_URL}/keep-factors#{token}"


def read(token: str) -> tuple[UUID, UUID] | None:
    """Whose removal, and which; None for a link that we did not make."""
    try:
        user_id, _, removal_id = SIGNER.unsign(token).partition(".")
        return UUID(user_id), UUID(removal_id)
    except (BadSignature, ValueError):
        return None
