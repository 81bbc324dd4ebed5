"""What opens the live feed; the feed itself is profiles/sync/socket.py."""

from typing import cast

from rest_framework.request import Request

from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.identity import SignIn
from profiles.accounts.views import NeverStored
from profiles.sync import tickets
from profiles.sync.parts import SCOPE_OF


class TicketViewSet(NeverStored):
    @documented(
        "A ticket that opens the live feed once, within 30 seconds.",
        name="createTicket",
        description="For apps, which have no cookie: connect to `/ws/user?ticket=…`. "
        "An "
        "access token itself is refused there, because addresses end up in "
        "logs. The socket ends with the sign-in that got the ticket. Its messages "
        "have all parts of sync, so it needs their scopes too. "
        "`docs/sync.md` describes the messages.",
        scope=["live", *sorted({*SCOPE_OF.values()})],
        tags=["Sync"],
        data={"ticket": str, "expires_in": int},
        examples={
            "a ticket": {
                "ticket": "0gq3x-3pCzR0hY2pWm7uQ4yJc1l5mEw9cBzq0c2w6bM",
                "expires_in": 30,
            }
        },
    )
    def create(self, request: Request) -> Answer:
        sign_in = cast("SignIn", request.auth)
        ticket = tickets.issue(user_id=self.user_id, sign_in=sign_in)
        expires_in = int(tickets.LIFETIME.total_seconds())
        return answer({"ticket": ticket, "expires_in": expires_in})
