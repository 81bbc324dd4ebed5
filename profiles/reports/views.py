"""Reports over HTTP: for everybody; and decisions about what is one's own."""

from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from animecollections.api.client_ip import address, network
from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.db.statements import limited
from animecollections.scopes import ACCOUNT, OPEN
from history.idempotency.views import IdempotentViewSet
from profiles.accounts.people import user_named
from profiles.accounts.views import NeverStored
from profiles.moderation.models import Moderation
from profiles.reports import examples, seen, services
from profiles.reports.serializers import (
    AnswerInput,
    DecisionOutput,
    ReportInput,
    ReportOutput,
    decision_to_json,
    report_to_json,
)
from profiles.sharing.fields import named_by
from profiles.sharing.owners import Look, look_at
from profiles.sharing.services import find, link_of
from profiles.sharing.viewers import viewer_of

TAGS = ["Reports"]
MOST_LISTED = 200
SECRET_OF_LINK = "/shared/"  # noqa: S105  (of the page, and below /api)


class ReportsViewSet(IdempotentViewSet):
    permission_classes = [AllowAny]
    throttle_scope = "report"

    @documented(
        "Reports something that somebody shows.",
        name="createReport",
        description="What the asker does not see is 404, as at its own address. Once "
        "for each thing: a second report of it changes nothing. A link that is used up "
        "still names what it showed. The one whom it is about does not learn who "
        "reported it; of visitors only a hash of their network is kept. The report of "
        "an app, or of a token, is a visitor's.",
        scope=OPEN,
        tags=TAGS,
        body=ReportInput,
        data={"message": str},
        errors=["not_found", "reports_full"],
        examples={"received": examples.RECEIVED},
        body_examples={"a picture": examples.BY_NAME, "notes": examples.BY_LINK},
    )
    def create(self, request: Request) -> Answer:
        body = self.read_body(ReportInput)
        with limited(is_visitor=not request.user.is_authenticated):
            look = self.look(body)
            found = seen.find(look, body["of"], body["id"])
        services.report(
            look=look,
            seen=found,
            reason=body["reason"],
            text=body["text"],
            reporter=self.reporter(),
        )
        return answer(examples.RECEIVED)

    def look(self, body: dict[str, str]) -> Look:
        """As the addresses of what others see look."""
        if "user_name" in body:
            owner_id = user_named(body["user_name"])
            return look_at(owner_id, viewer_of(self, owner_id), (), {})
        secret = body["link"].rpartition(SECRET_OF_LINK)[2].partition("?")[0]
        share = find(secret, is_used_up_too=True)
        viewer = viewer_of(self, share.user_id, link_of(share))
        return look_at(share.user_id, viewer, named_by(share.fields), {})

    def reporter(self) -> services.Reporter:
        """What cannot do everything for an account says nothing in its name."""
        if self.request.user.is_authenticated and self.has_scope(ACCOUNT):
            return services.Reporter.account(self.user_id)
        return services.Reporter.visitor(network(address(self.request._request)))


class OwnReportsViewSet(NeverStored):
    @documented(
        "What one reported, newest first, and what became of it.",
        name="getReports",
        description="The newest 200. What was decided is kept for half a year.",
        scope=ACCOUNT,
        tags=TAGS,
        data=ReportOutput(many=True),
        examples={"one": [examples.A_REPORT]},
    )
    def list(self, request: Request) -> Answer:
        rows = services.reports_by(self.user_id, MOST_LISTED)
        return answer([report_to_json(row) for row in rows])


class DecisionsViewSet(IdempotentViewSet):
    @documented(
        "What staff withhold from others of one's own, or did, newest first.",
        name="getModeration",
        description="One's own answers have it all the same: only others do not see "
        "it. The newest 200.",
        scope="sharing",
        tags=TAGS,
        data=DecisionOutput(many=True),
        examples={"one": [examples.A_DECISION]},
    )
    def list(self, request: Request) -> Answer:
        rows = Moderation.objects.of(self.user_id).for_owner()[:MOST_LISTED]
        return answer([decision_to_json(row) for row in rows])

    @documented(
        "Answers a decision; staff then decide once more.",
        name="answerModeration",
        description="While it waits for them, it is 409.",
        scope=ACCOUNT,
        tags=TAGS,
        body=AnswerInput,
        data=DecisionOutput,
        errors=["decision_not_found", "decision_answered"],
        examples={"answered": examples.A_DECISION},
        body_examples={"an answer": {"text": "I have changed it."}},
    )
    def answer(self, request: Request, moderation_id: str) -> Answer:
        row = services.answer(
            user_id=self.user_id,
            moderation_id=parse_id(moderation_id),
            text=self.read_body(AnswerInput)["text"],
        )
        return answer(decision_to_json(row))
