"""Admin pages of the register of privacy requests."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminTextareaWidget

from animecollections.admin import (
    WHY,
    Form,
    Owned,
    Reasoned,
    RefusableForm,
    ThroughServices,
    through,
)
from profiles.personal_data import privacy_requests as privacy
from profiles.personal_data.models import PrivacyRequest

DETAILS = {"details": UnfoldAdminTextareaWidget(attrs={"rows": 3})}


class NewRequestForm(RefusableForm):
    class Meta:
        model = PrivacyRequest
        fields = ("user", "kind", "received_on", "reference", "details")
        widgets = DETAILS

    def clean_received_on(self) -> object:
        day = self.cleaned_data["received_on"]
        if day > timezone.now().date():
            self.add_error("received_on", "That day is in the future.")
        return day


class RequestForm(Reasoned):
    class Meta:
        model = PrivacyRequest
        fields = ("status", "reference", "details")
        widgets = DETAILS

    def _post_clean(self) -> None:
        """The instance stays as it was read: the service writes."""


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ThroughServices, Owned):
    """What came by letter or mail, and until when it is answered. An export or erasure
    by staff closes the person's own by itself.
    """

    form = RequestForm
    list_display = ("reference", "kind", "user", "received_on", "due", "status")
    list_filter = ("status", "kind")
    search_help_text = "E-mail, name or id of the person"
    autocomplete_fields = ("user",)
    shown = ("user", "kind", "received_on", "due_on", "closed_at")
    fieldsets = (
        (None, {"fields": (("user", "kind"), ("received_on", "due_on"))}),
        ("What became of it", {"fields": ("status", "closed_at")}),
        ("Filed", {"fields": ("reference", "details")}),
        WHY,
    )
    add_fieldsets = ((None, {"fields": NewRequestForm.Meta.fields}),)

    @admin.display(ordering="due_on")
    def due(self, request: PrivacyRequest) -> str:
        is_late = (
            request.status == PrivacyRequest.Status.OPEN
            and request.due_on < timezone.now().date()
        )
        day = f"{request.due_on:%Y-%m-%d}"
        late = format_html('<b class="ac-warned">{}, late</b>', day)
        return late if is_late else day

    def get_form(
        self,
        request: HttpRequest,
        obj: Model | None = None,
        change: bool = False,
        **kwargs: object,
    ) -> type[Form]:
        if obj is None:
            kwargs["form"] = NewRequestForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: object = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(
        self, request: HttpRequest, obj: object = None
    ) -> tuple[str, ...]:
        return self.shown if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A register is kept."""
        return False

    def save_model(
        self, request: HttpRequest, obj: PrivacyRequest, form: Any, change: bool
    ) -> None:
        if not change:
            privacy.register(request=obj, through=through(request))
            return
        privacy.edit(
            request=obj,
            values={name: form.cleaned_data[name] for name in form.changed_facts},
            reason=form.cleaned_data["reason"],
            through=through(request),
        )
