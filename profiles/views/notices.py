"""GET /api/notices"""

from datetime import datetime

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from animecollections.api.conditional import etag_of, not_modified
from animecollections.api.rendering import answer
from animecollections.api.schema import documented
from animecollections.api.views import ApiViewSet
from animecollections.scopes import OPEN
from profiles.models import Notice
from profiles.services import notices

A_NOTICE = {
    "id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11",
    "text": {
        "en": "Away at 20:00 UTC.",
        "es": "Cerrado a las 20:00 UTC.",
    },
    "starts_at": "2026-11-23T18:00:00Z",
    "ends_at": "2026-11-23T20:15:00Z",
}


class NoticesViewSet(ApiViewSet):
    authentication_classes = []
    permission_classes = [AllowAny]
    is_public = True

    @documented(
        "Current notices of staff to everybody, such as an announced downtime.",
        description="Usually empty. Ask at the start and every few minutes; each "
        "notice "
        "ends at `ends_at`.",
        scope=OPEN,
        tags=["Reference"],
        data=[
            {
                "id": str,
                "text": {"en": str, "es": str},
                "starts_at": datetime,
                "ends_at": datetime,
            }
        ],
        examples={"one": [A_NOTICE]},
        etag=True,
    )
    def list(self, request: Request) -> Response:
        told = [notice_to_json(notice) for notice in notices.current()]
        etag = etag_of(request, told)
        if (fresh := not_modified(request, etag)) is not None:
            return fresh
        return answer(told, headers={"ETag": etag})


def notice_to_json(notice: Notice) -> dict[str, object]:
    return {
        "id": notice.pk,
        "text": {"en": notice.text, "es": notice.text_es or notice.text},
        "starts_at": notice.starts_at,
        "ends_at": notice.ends_at,
    }
