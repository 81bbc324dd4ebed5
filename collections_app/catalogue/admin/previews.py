"""The page on which staff see what an import would change; it changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminFileFieldWidget

from animecollections.admin.confirmation import posted
from collections_app.catalogue.reader import SourceBroken, SourceUnreadable

COMPRESSED = (".gz", ".zst")


@dataclass(frozen=True, slots=True)
class Change:
    """What a title says and would say, by what each value is called.

    before: None of a new title. page: the title's in the admin.
    """

    title: str
    page: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]

    @property
    def sides(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        return self.before or {}, self.after


@dataclass(frozen=True, slots=True)
class Preview:
    """Sentences of what is refused; the first changes; what staff overrule: of each
    the title, its page and a sentence.
    """

    counts: Mapping[str, int]
    refused: Sequence[str]
    changes: Sequence[Change]
    overruled: Sequence[tuple[str, str, str]] = field(default=())
    source: str = ""  # whose file it is


class FileForm(forms.Form):
    file = forms.FileField(widget=UnfoldAdminFileFieldWidget())


def preview_page(
    request: HttpRequest, *, title: str, file: str, look: Callable[[str], Preview]
) -> HttpResponse:
    """file: what is to be sent. look: at the file of this path."""
    form = FileForm(posted(request), request.FILES or None)
    form.fields["file"].help_text = f"{file} This changes nothing."
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": title,
        "form": form,
    }
    if form.is_valid():
        try:
            context["preview"] = at_a_path(form.cleaned_data["file"], look)
        except (SourceUnreadable, SourceBroken) as error:
            form.add_error("file", str(error))
    return TemplateResponse(request, "admin/import_preview.html", context)


def at_a_path(file: UploadedFile, look: Callable[[str], Preview]) -> Preview:
    """With the ending that says how it is compressed."""
    suffix = Path(str(file.name)).suffix
    with NamedTemporaryFile(suffix=suffix if suffix in COMPRESSED else "") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        return look(copy.name)
