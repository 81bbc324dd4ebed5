"""Imports over HTTP: upload, look, decide, apply."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.errors import ApiError, refuse
from animecollections.api.failures import failure_body
from animecollections.api.ids import parse_id
from animecollections.api.language import language_of
from animecollections.api.parameters import WHEN
from animecollections.api.permits import long_work
from animecollections.api.reading import read_values
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import (
    Example,
    Refusal,
    documented,
    paging,
    query,
)
from animecollections.api.shapes import nullable
from animecollections.api.uploads import FileParser, UploadParser, file_of, name_of_file
from collections_app import transfer
from collections_app.imports import services as imports
from collections_app.imports.examples import PLAN, PLAN_ROW
from collections_app.imports.models import ImportPlan, Outcome, Policy
from collections_app.imports.reading import (
    MOST_PER_PAGE,
    PER_PAGE,
    plan_told,
    rows_of,
)
from collections_app.imports.serializers import (
    FILE_BODY,
    ApplyInput,
    DecisionsInput,
    PlanOutput,
    PolicyInput,
    RowOutput,
    SummaryOutput,
    UploadParameters,
)
from collections_app.imports.services import Choice
from collections_app.transfer import ListFile
from history.idempotency.views import IdempotentViewSet

TAGS = ["Imports"]
PLAN_STALE = Refusal(
    "plan_stale",
    "PlanStale",
    {"summary": SummaryOutput},
    {"summary": PLAN["summary"]},
)
LARGEST_FILE = 20 * 1024 * 1024


class PlanningViewSet(IdempotentViewSet):
    """Reading a file, judging and writing its rows take seconds and 200 MB of memory:
    from the first to the last, such a write has a permit for it.
    """

    prepares = True

    def write(
        self, handler: Callable[..., Answer], request: Request, **kwargs: object
    ) -> Answer:
        if request.method == "DELETE":
            return super().write(handler, request, **kwargs)
        with long_work.held(self.user_id):
            return super().write(handler, request, **kwargs)


class ImportsViewSet(PlanningViewSet):
    """The plans of a user; a file is uploaded to them."""

    parser_classes = [FileParser, UploadParser]
    max_body = LARGEST_FILE + 64 * 1024

    @property
    def throttle_scope(self) -> str:  # type: ignore[override]
        return "import" if self.request.method == "POST" else ""

    @documented(
        "The imports of the last 7 days, newest first.",
        name="getImports",
        scope="import",
        tags=TAGS,
        data=PlanOutput(many=True),
        examples={"one": [PLAN]},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        plans = list(
            ImportPlan.objects.of(self.user_id).current().order_by("-created_at")
        )
        etag = unless_held(
            request, etag_of(request, *((plan.id, plan.changed_at) for plan in plans))
        )
        return answer([plan_told(plan) for plan in plans], headers={"ETag": etag})

    @documented(
        "Reads another tracker's list, and plans the changes.",
        name="planImport",
        description="A form with `file`, or the file itself as the body "
        "(`application/octet-stream`); `policy`, "
        "`exported_at`, `format` and `scale` are fields of the form, or query "
        "parameters. The name of MyAnimeList's file contains its time. Gzip and "
        "ZIP are unpacked; at most 20 MB and 20,000 rows. Nothing is written to "
        "the list until the plan is applied. Plans are kept for 7 days, the "
        "newest 10 or 60,000 rows of a user. The format is recognised by the "
        "content.",
        scope="import",
        tags=TAGS,
        body=FILE_BODY,
        data=PlanOutput,
        parameters=[
            query("policy", str, "Which value wins.", enum=Policy.values),
            query(
                "exported_at", WHEN, "When the file was made, if the file does not say."
            ),
            query("format", str, "The expected format.", enum=[*transfer.FORMATS]),
            query(
                "scale",
                str,
                "The highest score, if the file does not name its scale.",
                enum=[*transfer.SCALES],
            ),
        ],
        errors=["file_unreadable"],
        examples={"a plan": PLAN},
    )
    def create(self, request: Request) -> Answer:
        return answer(plan_told(imports.keep_draft(*self.draft)))

    def prepare(self, request: Request) -> None:
        """Reading and judging take seconds: done before the user's lock is taken."""
        said = read_values(UploadParameters, said_of_file(request, self.wanted))
        self.draft = imports.draft(
            user_id=self.user_id,
            file=read_file(request, said),
            policy=said["policy"],
            exported_at=said["exported_at"],
            file_name=name_of_file(request.data),
        )


def read_file(request: Request, said: Mapping[str, Any]) -> ListFile:
    try:
        return transfer.read(
            file_of(request.data),
            format=said.get("format"),
            scale=said.get("scale"),
            name=name_of_file(request.data),
        )
    except transfer.UnsupportedFileError as wrong:
        raise ApiError("file_unreadable", sentence=str(wrong)) from None


def said_of_file(request: Request, wanted: Collection[str]) -> dict[str, object]:
    """Query, where it says one of these, and form; 400 where a name has two values."""
    said: dict[str, Any] = {}
    query: Any = request.query_params
    form: Any = request.data
    for source, names in ((query, wanted), (form, form.keys() - {"file"})):
        for name in names:
            values = {*source.getlist(name), said.get(name, source[name])}
            if len(values) > 1:
                raise refuse(**{name: "This is sent twice, with different values."})
            said[name] = source[name]
    return said


class ImportViewSet(PlanningViewSet):
    """One plan."""

    def prepare(self, request: Request) -> None:
        """What a PATCH makes of the plan, before the user's lock is taken."""
        if request.method == "PATCH":
            self.revised = self.revise(request, parse_id(self.kwargs["import_id"]))

    def revise(self, request: Request, plan_id: UUID) -> imports.Revised:
        if self.action == "partial_update":
            said = self.read_body(PolicyInput)
            return imports.change(
                user_id=self.user_id,
                plan_id=plan_id,
                policy=said.get("policy"),
                lists={one["name"]: one["is_taken"] for one in said.get("lists", ())},
            )
        return decided(self.user_id, plan_id, self.read_body(DecisionsInput))

    @documented(
        "One import.",
        name="getImport",
        scope="import",
        tags=TAGS,
        data=PlanOutput,
        errors=["import_not_found"],
        examples={"a plan": PLAN},
        etag=True,
    )
    def retrieve(self, request: Request, import_id: str) -> Answer:
        plan = imports.find(self.user_id, parse_id(import_id))
        etag = unless_held(request, etag_of(request, plan.changed_at))
        return answer(plan_told(plan), headers={"ETag": etag})

    @documented(
        "Every row of the file in order: what happens to it, and why.",
        name="getImportRows",
        scope="import",
        tags=TAGS,
        data=RowOutput(many=True),
        meta={"next_cursor": nullable(str)},
        parameters=[
            query("outcome", str, "Only these.", enum=Outcome.values),
            *paging(PER_PAGE, MOST_PER_PAGE),
        ],
        errors=["import_not_found", "invalid_cursor"],
        examples={"a row": Example([PLAN_ROW], {"next_cursor": None})},
        etag=True,
    )
    def rows(self, request: Request, import_id: str) -> Answer:
        plan = imports.find(self.user_id, parse_id(import_id))
        catalogue = self.account.revisions.catalogue
        etag = unless_held(request, etag_of(request, plan.changed_at, catalogue))
        rows, meta, is_complete = rows_of(plan, self.wanted, catalogue)
        # Asked again, a page whose search was cut short has more candidates.
        headers = {"ETag": etag} if is_complete else {}
        return answer(rows, meta=meta, headers=headers)

    @documented(
        "Plans again with another policy or other lists, without a new upload.",
        name="changeImportPolicy",
        description="Decisions stay. `lists` takes a list of the plan, or leaves it "
        "out; those that are not sent stay as they are.",
        scope="import",
        tags=TAGS,
        body=PolicyInput,
        data=PlanOutput,
        errors=["import_not_found", "import_applied"],
        examples={"a plan": PLAN},
        body_examples={
            "a policy": {"policy": "max_progress"},
            "without a list": {"lists": [{"name": "Cozy", "is_taken": False}]},
        },
    )
    def partial_update(self, request: Request, import_id: str) -> Answer:
        return answer(plan_told(imports.keep_revised(*self.revised)))

    @documented(
        "Decides rows: take the file's values, keep your own, or skip the row.",
        name="decideImportRows",
        description="`anime_id` sets the title of a row that was not recognised, or "
        "was "
        "recognised wrongly. null resets a decision or a title.",
        scope="import",
        tags=TAGS,
        body=DecisionsInput,
        data=PlanOutput,
        errors=[
            "import_not_found",
            "import_applied",
            "unknown_anime_ids",
            "ambiguous_id",
        ],
        examples={"a plan": PLAN},
        body_examples={
            "all conflicts": {"where": {"outcome": "conflict"}, "decision": "take"},
            "a title": {"rows": [{"row": 3, "anime_id": "1535", "decision": "take"}]},
        },
    )
    def decide(self, request: Request, import_id: str) -> Answer:
        return answer(plan_told(imports.keep_revised(*self.revised)))

    @documented(
        "Applies the plan as one operation; applying it again only repeats the answer.",
        name="applyImport",
        description="Entries that changed after the plan was made become conflicts, "
        'and nothing is written (409); `{"accept": "unchanged"}` writes the rest. '
        "Use `operation_id` to undo it all.",
        scope="import",
        tags=TAGS,
        body=ApplyInput,
        data=PlanOutput,
        errors=["import_not_found", PLAN_STALE],
        examples={"applied": PLAN | {"status": "applied"}},
        body_examples={"the rest too": {"accept": "unchanged"}},
    )
    def apply(self, request: Request, import_id: str) -> Answer:
        plan, is_applied = imports.apply(
            user_id=self.user_id,
            plan_id=parse_id(import_id),
            today=self.account.today,
            through=self.through,
            accepts_stale="accept" in self.read_body(ApplyInput),
        )
        if is_applied:
            return answer(plan_told(plan))
        # Answered, not raised: what became a conflict is to be kept.
        stale = ApiError("plan_stale", details={"summary": plan.summary})
        request_id: str = request.request_id  # type: ignore[attr-defined]
        body = failure_body(stale, request_id, language_of(request))
        return Answer(body, status=stale.status_code)

    @documented(
        "Discards the plan. Applied changes stay.",
        name="discardImport",
        scope="import",
        tags=TAGS,
        data={"message": str},
        errors=["import_not_found"],
        examples={"discarded": {"message": "Import discarded"}},
    )
    def destroy(self, request: Request, import_id: str) -> Answer:
        imports.discard(user_id=self.user_id, plan_id=parse_id(import_id))
        return answer({"message": "Import discarded"})


def decided(user_id: UUID, plan_id: UUID, said: dict[str, Any]) -> imports.Revised:
    """The plan, after many rows or single ones were decided on."""
    if "where" in said:
        return imports.decide_all(
            user_id=user_id,
            plan_id=plan_id,
            outcome=said["where"]["outcome"],
            decision=said["decision"] or "",
        )
    choices = {
        row["row"]: Choice(
            decision=(row["decision"] or "") if "decision" in row else None,
            anime=row.get("anime_id"),
            forgets_anime="anime_id" in row and row["anime_id"] is None,
        )
        for row in said["rows"]
    }
    return imports.decide(user_id=user_id, plan_id=plan_id, choices=choices)
