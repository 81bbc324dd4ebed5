"""Uploads, and the pictures kept, over HTTP."""

from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.ids import parse_id
from animecollections.api.parsing import StrictJSONParser
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.api.uploads import UploadParser
from history.idempotency.views import IdempotentViewSet
from profiles.images import services as images
from profiles.images.examples import IMAGE, IMAGE_URL
from profiles.images.models import Image
from profiles.images.refusals import MAX_ENCODED
from profiles.images.serializers import (
    UPLOAD_BODY,
    ImageAnswer,
    UploadInput,
    image_answer,
)
from profiles.profile.image_urls import public_url

TAGS = ["Images"]


class UploadViewSet(IdempotentViewSet):
    parser_classes = [StrictJSONParser, UploadParser]
    max_body = MAX_ENCODED + 64 * 1024
    throttle_scope = "upload"
    prepares = True

    @documented(
        "Stores a picture, and returns its address.",
        name="uploadImage",
        description="PNG, JPEG, GIF, WebP or AVIF up to 10 MB, recognised by the "
        "bytes. "
        "Avatars are cropped to 1:1, banners to 1080:300, and all are converted "
        "to WebP, without metadata. An address on this server, on a configured "
        "image host, or in the current profile is returned unchanged; the "
        "server never fetches a picture.\n\n"
        "JSON is read too: `image` is the file in base64, a data URL, or such an "
        "address; `isBanner: true` instead of `kind: banner`. In a form the file may "
        "be called `image`. `filename` is not used.",
        scope="profile:write",
        tags=TAGS,
        body=UPLOAD_BODY,
        data=str,
        errors=[
            "base64_invalid",
            "data_url_mismatch",
            "image_address_unknown",
            "image_empty",
            "image_too_large",
            "image_too_many_pixels",
            "image_type_unsupported",
            "image_unreadable",
            "images_full",
        ],
        examples={"kept": IMAGE_URL},
    )
    def create(self, request: Request) -> Answer:
        if isinstance(self.picture, str):
            return answer(self.picture)
        path = images.keep(
            user_id=self.user_id,
            picture=self.picture,
            kind=self.kind,
            through=self.through,
        )
        return answer(public_url(path, request.build_absolute_uri("/")))

    def prepare(self, request: Request) -> None:
        """Decoding takes seconds at worst: done before the user's lock is taken."""
        sent = self.read_body(UploadInput)
        self.kind = sent["kind"]
        site = request.build_absolute_uri("/")
        self.picture = images.read(
            sent["image"],
            kind=self.kind,
            user_id=self.user_id,
            site=site,
        )


class ImagesViewSet(IdempotentViewSet):
    @documented(
        "The stored pictures, newest first.",
        name="getImages",
        scope="profile:read",
        tags=TAGS,
        data=list[ImageAnswer],
        examples={"one picture": [IMAGE]},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        rows = Image.objects.of(self.user_id).newest_first()
        site = request.build_absolute_uri("/")
        etag = unless_held(request, etag_of(request, *rows.version(), site))
        return answer([image_answer(row, site) for row in rows], headers={"ETag": etag})

    @documented(
        "Removes a picture, also from the profile.",
        name="removeImage",
        scope="profile:write",
        tags=TAGS,
        data={"message": str},
        errors=["not_found"],
        examples={"removed": {"message": "Image removed"}},
    )
    def destroy(self, request: Request, image_id: str) -> Answer:
        images.remove(
            user_id=self.user_id, image_id=parse_id(image_id), through=self.through
        )
        return answer({"message": "Image removed"})
