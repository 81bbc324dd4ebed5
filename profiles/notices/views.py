"""GET /api/notices"""

from datetime import datetime

from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.api.views import ApiViewSet
from animecollections.scopes import OPEN
from profiles.notices import services as notices
from profiles.notices.examples import NOTICE
from profiles.notices.models import Notice


class NoticesViewSet(ApiViewSet):
    authentication_classes = []
    permission_classes = [AllowAny]
    is_public = True

    @documented(
        "Current notices of staff to everybody, such as an announced downtime.",
        name="getNotices",
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
        examples={"one": [NOTICE]},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        told = [notice_to_json(notice) for notice in notices.current()]
        etag = unless_held(request, etag_of(request, told))
        return answer(told, headers={"ETag": etag})


def notice_to_json(notice: Notice) -> dict[str, object]:
    return {
        "id": notice.pk,
        "text": {"en": notice.text, "es": notice.text_es or notice.text},
        "starts_at": notice.starts_at,
        "ends_at": notice.ends_at,
    }
