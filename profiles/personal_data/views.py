"""What is a user's, as a file to keep."""

from collections.abc import Collection
from dataclasses import asdict

from django.http import FileResponse
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented, query
from animecollections.api.shapes import Raw
from animecollections.api.views import ApiViewSet
from animecollections.scopes import ACCOUNT
from collections_app.exports import Part, part_of
from collections_app.watch_list.models import EntryType
from profiles.accounts.proofs import require_fresh_proof
from profiles.personal_data.examples import FIDELITY
from profiles.personal_data.exports import FORMATS, LISTS, export, losses

FILE = Raw(type="string", format="binary")
# A file of JSON is a document in the schema.
FILES = {
    format_.media_type: Raw() if format_.media_type == "application/json" else FILE
    for format_ in FORMATS.values()
}
EXAMPLE = {
    "type": "object",
    "required": ["anime_id", "title", "here", "there"],
    "properties": {
        "anime_id": {"type": "string"},
        "title": {"type": "string"},
        "here": {},
        "there": {},
    },
}


# A part of the list.
PARTS = [
    query("type", str, "Only these types.", enum=EntryType.values, many=True),
    query("list", str, "Only what is on this list of your own: its id."),
]


class ExportViewSet(ApiViewSet):
    throttle_scope = "export"

    @property
    def part(self) -> Part:
        wanted = self.wanted
        return part_of(self.account, wanted.get("type", ()), wanted.get("list", ""))

    def scopes_needed(self, scopes: Collection[str]) -> Collection[str]:
        """All there is of a person is no app's."""
        is_account = self.wanted.get("format") == "account"
        return (ACCOUNT,) if is_account else scopes

    @documented(
        "Exports your data as a file.",
        name="exportData",
        description="`json` is the whole list, and loses nothing; `mal` is "
        "MyAnimeList's "
        "XML; `anilist` AniList's JSON; `csv` is for spreadsheets "
        "(`/export/fidelity` says what a format loses). `type` and `list` ask for a "
        "part of it. `account` is a ZIP with "
        "all data about you: account, profile, preferences, list, every change, "
        "episodes watched per day, searches, imports, sign-ins, pictures; its "
        "README.txt says what each file is. It has no passwords and no keys; personal "
        "tokens cannot ask for it, and it needs a fresh proof (`POST "
        "/api/auth/prove`). "
        "Each request makes a new file: there is no ETag, and the limit is 30 "
        "an hour.",
        scope="export",
        tags=["Exports"],
        parameters=[
            query("format", str, "Which.", enum=list(FORMATS), required=True),
            *PARTS,
        ],
        errors=["proof_needed", "list_not_found"],
        files=FILES,
    )
    def retrieve(self, request: Request) -> FileResponse:
        format_ = self.wanted["format"]
        if format_ == "account":
            require_fresh_proof(request)
        made = export(self.account, format_, self.part)
        response = FileResponse(
            made.file,
            as_attachment=True,
            filename=made.name,
            content_type=made.media_type,
        )
        if format_ == "account":  # all there is of a person: no cache keeps it
            response["Cache-Control"] = "private, no-store"
        return response

    @documented(
        "What an export to a format would lose of this list.",
        name="getExportFidelity",
        description="Measured: the list is written, read back, and compared. `fields` "
        "counts the entries that lose something in each field, `examples` shows "
        "some. `unnamed` titles have no id there, only a name. `ambiguous` "
        "titles would not be recognised if the file were imported here again: "
        "somebody would have to choose each. `unreadable` entries could not be "
        "read back at all. `lists` of one's own would not come back: all of them, but "
        "of `json` those without titles, and all but one of the same name.",
        scope="export",
        tags=["Exports"],
        data={
            "format": str,
            "entries": int,
            "unnamed": int,
            "ambiguous": int,
            "unreadable": int,
            "lists": int,
            "fields": Raw(type="object", additionalProperties={"type": "integer"}),
            "examples": Raw(
                type="object",
                additionalProperties={"type": "array", "items": EXAMPLE},
            ),
        },
        parameters=[
            query("format", str, "Which.", enum=list(LISTS), required=True),
            *PARTS,
        ],
        errors=["list_not_found"],
        examples={"to MyAnimeList": FIDELITY},
        etag=True,
    )
    def fidelity(self, request: Request) -> Answer:
        at = self.account.revisions
        parts = (at.parts["list"], at.parts["preferences"], at.parts["lists"])
        etag = unless_held(request, etag_of(request, at.epoch, *parts, at.catalogue))
        name = self.wanted["format"]
        told = {"format": name, **asdict(losses(self.account, name, self.part))}
        return answer(told, headers={"ETag": etag})
