"""Reading uploads: a file is a file, whatever the client calls it."""

from typing import Any

from django.conf import settings
from django.http.multipartparser import MultiPartParser as DjangoParser
from django.http.multipartparser import MultiPartParserError
from rest_framework.parsers import DataAndFiles, MultiPartParser

from animecollections.api.errors import ApiError


class NamingParser(DjangoParser):
    """Django drops a file whose name has nothing left after cleaning ("../", ".")."""

    def sanitize_file_name(self, file_name: str) -> str:
        return super().sanitize_file_name(file_name) or "upload"


class UploadParser(MultiPartParser):
    """multipart/form-data, with every file in it; names are never used."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> "DataAndFiles[Any, Any]":
        request = parser_context["request"]
        meta = request.META | {"CONTENT_TYPE": media_type}
        handlers = request.upload_handlers
        try:
            parser = NamingParser(meta, stream, handlers, settings.DEFAULT_CHARSET)
            return DataAndFiles(*parser.parse())
        except MultiPartParserError:
            raise ApiError("bad_request") from None
