"""Uploads and kept pictures as JSON."""

from datetime import datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from animecollections.api.fields import StrictChoice
from profiles.images.encoding import Kind
from profiles.images.models import Image
from profiles.images.refusals import MAX_BYTES
from profiles.profile.image_urls import public_url

FLAGS = {"true": True, "false": False, "1": True, "0": False, "": False}


class Picture(serializers.Field[bytes | str, Any, Any, Any]):
    """A file's bytes, or the text that stands for a picture."""

    def to_internal_value(self, data: object) -> bytes | str:
        if isinstance(data, UploadedFile):
            # One byte more than allowed is enough to be refused.
            return bytes(data.read(MAX_BYTES + 1))
        if not isinstance(data, str):
            raise serializers.ValidationError("Send a file, or a text in base64.")
        return data


class Flag(serializers.Field[bool, Any, Any, Any]):
    """A JSON boolean, or what a form says for one."""

    def to_internal_value(self, data: object) -> bool:
        if isinstance(data, bool):
            return data
        if not isinstance(data, str) or data.lower() not in FLAGS:
            raise serializers.ValidationError("Send true or false.")
        return FLAGS[data.lower()]


class UploadInput(serializers.Serializer[Any]):
    """`image` and `kind` of an upload, from JSON or from a form.

    The client's `filename` is not looked at: pictures are named by their content.
    """

    file = Picture(required=False, allow_null=True)
    image = Picture(required=False, allow_null=True)
    isBanner = Flag(required=False, allow_null=True)  # noqa: N815
    kind = StrictChoice([*Kind], required=False, allow_null=True)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        # A file of no bytes is one that was sent: it is refused as an empty picture.
        given = [
            attrs[name]
            for name in ("file", "image")
            if attrs.get(name, "") not in ("", None)
        ]
        if len(given) != 1:
            raise serializers.ValidationError(
                {"image": "Send one picture, as image or as file."}
            )
        return {"image": given[0], "kind": self.kind_of(attrs)}

    def kind_of(self, attrs: dict[str, Any]) -> Kind:
        is_banner, kind = attrs.get("isBanner"), attrs.get("kind")
        if kind is None:
            return Kind.BANNER if is_banner else Kind.AVATAR
        if is_banner is not None and is_banner != (kind == Kind.BANNER):
            raise serializers.ValidationError(
                {"isBanner": "This contradicts kind: send one of the two."}
            )
        return Kind(kind)


UPLOAD_BODY = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "kind": {
                "type": "string",
                "enum": [*Kind],
                "description": f"{Kind.AVATAR} if absent.",
            },
        },
    },
}


class ImageAnswer(TypedDict):
    id: UUID
    url: str
    kind: Annotated[str, Kind]
    width: int
    height: int
    size: int
    created_at: datetime


def image_answer(image: Image, site: str) -> ImageAnswer:
    return {
        "id": image.id,
        "url": public_url(image.path, site),
        "kind": image.kind,
        "width": image.width,
        "height": image.height,
        "size": image.size,
        "created_at": image.created_at,
    }
