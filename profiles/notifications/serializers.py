"""What clients send about notices."""

import base64
import binascii
from uuid import UUID

from rest_framework import serializers

from animecollections.api.fields import StrictObject, StrictText
from animecollections.ops.public_hosts import LONGEST_ADDRESS, what_is_wrong
from profiles.notifications.channels.push import is_point


class NoticeId(serializers.UUIDField):
    default_error_messages = {"invalid": "Send the id of a notice."}

    def to_internal_value(self, data: object) -> UUID:
        if not isinstance(data, str):  # it reads numbers too
            self.fail("invalid")
        return super().to_internal_value(data)


class MarkReadInput(StrictObject):
    up_to = NoticeId(
        help_text="The id of the newest notice that was seen: it and all older ones "
        "are read."
    )


class PushKeysInput(StrictObject):
    p256dh = StrictText(max_length=100)
    auth = StrictText(max_length=40)

    def validate_p256dh(self, text: str) -> str:
        if not is_point(text):
            raise serializers.ValidationError("Send `keys.p256dh` of the browser.")
        return text

    def validate_auth(self, text: str) -> str:
        try:
            secret = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            secret = b""
        if len(secret) != 16:
            raise serializers.ValidationError("Send `keys.auth` of the browser.")
        return text


class PushSubscriptionInput(StrictObject):
    """What a browser gives as its subscription."""

    endpoint = StrictText(max_length=LONGEST_ADDRESS)
    keys = PushKeysInput()
    expirationTime = serializers.JSONField(  # noqa: N815
        required=False,
        allow_null=True,
        help_text="Read and not kept: the browser's push service says when it ends.",
    )

    def validate_endpoint(self, url: str) -> str:
        if wrong := what_is_wrong(url):
            raise serializers.ValidationError(wrong)
        return url
