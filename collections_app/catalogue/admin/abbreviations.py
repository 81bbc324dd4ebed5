"""Admin pages of what people call titles in short."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from animecollections.admin import WHY, Reasoned, ThroughServices, through
from animecollections.api.errors import ApiError
from collections_app.catalogue import abbreviation_writes as abbreviations
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.models import Abbreviation
from collections_app.catalogue.refs import parse_anime_id


class AbbreviationForm(Reasoned):
    title = forms.CharField(
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text="The id of the title that most people mean: ours, or a site's, "
        "such as mal:1535. Leave it empty to remove the abbreviation.",
    )

    class Meta:
        model = Abbreviation
        fields = ("text",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["title"] = self.instance.anime_id or ""

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if not abbreviations.key_of(text):
            raise forms.ValidationError("Search needs a letter or a digit in it.")
        return text

    def clean_title(self) -> int | None:
        text = self.cleaned_data["title"].strip()
        try:
            return find_anime(parse_anime_id(text)).pk if text else None
        except ApiError as error:
            raise forms.ValidationError(error.sentence) from None

    def _post_clean(self) -> None:
        """The instance stays as it was read: the service writes."""


@admin.register(Abbreviation)
class AbbreviationAdmin(ThroughServices):
    """Search finds a title, and its seasons and films, by these too."""

    form = AbbreviationForm
    list_display = ("text", "anime")
    list_select_related = ("anime",)
    csv_permission = None
    list_only = ("text", "anime__title")
    search_fields = ("text", "key", "anime__title")
    fieldsets = ((None, {"fields": ("text", "title")}), WHY)

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Any:
        return () if obj is None else ("text",)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """One that came with the product would come again with the next import."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Abbreviation, form: Any, change: bool
    ) -> None:
        saved = abbreviations.set_abbreviation(
            text=obj.text if change else form.cleaned_data["text"],
            anime_id=form.cleaned_data["title"],
            reason=form.cleaned_data["reason"],
            through=through(request),
        )
        obj.pk, obj.text = saved.pk, saved.text
