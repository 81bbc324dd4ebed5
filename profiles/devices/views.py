"""Devices over HTTP."""

from typing import cast

from rest_framework.request import Request

from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.identity import SignIn
from profiles.accounts.views import NeverStored
from profiles.devices import services as devices
from profiles.devices.reads import DeviceAnswer, devices_of

TAGS = ["Devices"]
A_DEVICE = {
    "id": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "kind": "browser",
    "is_current": True,
    "browser": "Firefox",
    "system": "Android",
    "user_agent": "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Firefox/145.0",
    "signed_in_at": "2026-11-23T09:30:00Z",
    "last_seen_at": "2026-11-30T12:00:00Z",
    "network": "203.0.113.7",
    "network_known_since": "2026-06-01T18:00:00Z",
    "expires_at": "2026-12-23T09:30:00Z",
}


class DevicesViewSet(NeverStored):
    @documented(
        "The browsers and apps that are signed in: this one, then those used last.",
        name="getDevices",
        description="`browser` and `system` are null where the user agent does not "
        "tell. `last_seen_at` is right to five minutes in a browser, and to a refresh "
        "of its tokens in an app. `network` is the address that it was last used from "
        "(of IPv6 the /64), `network_known_since` since when you sign in from there. "
        "Personal tokens and apps that you gave access have addresses of their own.",
        scope="account",
        tags=TAGS,
        data=[DeviceAnswer],
        examples={"one": [A_DEVICE]},
    )
    def list(self, request: Request) -> Answer:
        return answer(devices_of(self.user_id, cast("SignIn", request.auth)))

    @documented(
        "Signs out a device, at once. It may be this one.",
        name="endDevice",
        scope="account",
        tags=TAGS,
        data={"message": str},
        errors=["device_not_found"],
        examples={"ended": {"message": "Device signed out"}},
    )
    def destroy(self, request: Request, device_id: str) -> Answer:
        devices.end(user_id=self.user_id, device_id=device_id)
        return answer({"message": "Device signed out"})

    @documented(
        "Signs out all devices but this one, at once.",
        name="endOtherDevices",
        description="Personal tokens, and apps that you gave access, go on. `POST "
        "/api/auth/signout` with `everywhere` ends them too, and this device.",
        scope="account",
        tags=TAGS,
        data={"message": str},
        examples={"ended": {"message": "Other devices signed out"}},
    )
    def destroy_others(self, request: Request) -> Answer:
        sign_in = cast("SignIn", request.auth)
        devices.end_others(user_id=self.user_id, sign_in=sign_in)
        return answer({"message": "Other devices signed out"})
