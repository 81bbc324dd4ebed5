"""Admin pages of uploaded images."""

from django.contrib import admin
from django.core.files.storage import default_storage

from animecollections.admin import Owned, ReadOnly, cover
from profiles.images.models import Image

HEIGHT, WIDEST = 48, 200


def thumbnail(image: Image) -> str:
    width = min(WIDEST, round(HEIGHT * image.width / image.height))
    return cover(default_storage.url(image.path), width=width, height=HEIGHT)


@admin.register(Image)
class ImageAdmin(ReadOnly, Owned):
    list_display = (
        "thumbnail",
        "user",
        "kind",
        "width",
        "height",
        "size",
        "created_at",
    )
    fields = (
        "thumbnail",
        "user",
        "path",
        "kind",
        "width",
        "height",
        "size",
        "created_at",
    )

    @admin.display(description="image")
    def thumbnail(self, image: Image) -> str:
        return thumbnail(image)
