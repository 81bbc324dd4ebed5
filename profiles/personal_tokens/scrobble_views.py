"""What players send, for those that can hold nothing but an address."""

from rest_framework.request import Request

from animecollections.api.rendering import Answer
from collections_app.scrobbling.views import ScrobbleViewSet
from profiles.personal_tokens.authentication import TokenInAddress


class ScrobbleAddressViewSet(ScrobbleViewSet):
    """`/api/scrobble/{token}`: the address is a secret, and stands in no log."""

    authentication_classes = [TokenInAddress]

    def create(self, request: Request, token: str) -> Answer:  # type: ignore[override]
        return super().create(request)

    create.documentation = ScrobbleViewSet.create.documentation  # type: ignore[attr-defined]
