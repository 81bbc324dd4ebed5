"""Reading uploads: a file is a file, whatever the client calls it."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http.multipartparser import MultiPartParser as DjangoParser
from django.http.multipartparser import MultiPartParserError
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser
from rest_framework.request import Request

from animecollections.api.errors import ApiError, refuse


class NamingParser(DjangoParser):
    """Django drops a file whose name has nothing left after cleaning ("../", ".")."""

    def sanitize_file_name(self, file_name: str) -> str:
        return super().sanitize_file_name(file_name) or "upload"


class UploadParser(MultiPartParser):
    """multipart/form-data, with every file in it; no path is made of its name."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> "DataAndFiles[Any, Any]":
        request: Request = (parser_context or {})["request"]
        meta = request.META | {"CONTENT_TYPE": media_type}
        handlers = request.upload_handlers
        try:
            parser = NamingParser(meta, stream, handlers, settings.DEFAULT_CHARSET)
            return DataAndFiles(*parser.parse())
        except MultiPartParserError:
            raise ApiError("bad_request") from None


class FileParser(BaseParser):
    """A body that is a file, whatever the client calls it: {"file": its bytes}."""

    media_type = "application/octet-stream"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: object = None,
    ) -> dict[str, bytes]:
        return {"file": stream.read()}


def file_of(data: Mapping[str, object]) -> bytes:
    """The bytes that either parser found under `file`; b"" where there is none.

    400 for a form without it, for two files, and for a text: it is most likely the name
    of one.
    """
    file: Any = data.get("file")
    if file is None and data:
        sentence = "Send the list in the field file of the form (-F file=@list.xml)."
        raise ApiError("file_unreadable", sentence=sentence)
    if len(getattr(data, "getlist", lambda name: [file])("file")) > 1:
        raise refuse(file="Send one file at a time.")
    if isinstance(file, str):
        raise refuse(file="This is a text: send the file itself (-F file=@list.xml).")
    return bytes(file.read()) if isinstance(file, UploadedFile) else file or b""


def name_of_file(data: Mapping[str, object]) -> str:
    """What the client calls the file, "" where it does not say."""
    file = data.get("file")
    return file.name or "" if isinstance(file, UploadedFile) else ""
