"""What is a user's, as a file to keep."""

from django.http import FileResponse
from rest_framework.request import Request

from animecollections.api.schema import Raw, documented, query
from animecollections.api.views import ApiViewSet
from profiles.exports import FORMATS, export

FILE = Raw(type="string", format="binary")


class ExportViewSet(ApiViewSet):
    throttle_scope = "export"

    @documented(
        "A file with what is yours, named and dated.",
        description="`account` is a ZIP with everything that is held on you: account, "
        "profile, preferences, list, every change, episodes watched per day, searches, "
        "sign-ins, pictures; its README.txt says what each file is. It has no "
        "passwords and no keys. Made anew each time: there is no ETag, and no more "
        "than 30 an hour.",
        tags=["Exports"],
        parameters=[query("format", str, "Which.", enum=list(FORMATS), required=True)],
        files={format_.media_type: FILE for format_ in FORMATS.values()},
    )
    def retrieve(self, request: Request) -> FileResponse:
        made = export(self.account, request.query_params.get("format", ""))
        return FileResponse(
            made.file,
            as_attachment=True,
            filename=made.name,
            content_type=made.media_type,
        )
