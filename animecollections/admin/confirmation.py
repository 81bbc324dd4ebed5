"""The page on which the admin asks before it does something, and why."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminTextareaWidget

from animecollections.api.errors import ApiError

# What the fields of a form hold, checked: Django knows no types of them.
Cleaned = Mapping[str, Any]


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is made of: what was sent, or None where it is only shown."""
    return request.POST if request.method == "POST" else None


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="It is logged, and is part of the person's own export.",
    )


class StaffReasonForm(ReasonForm):
    """Of an act on no person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "It is logged in What staff did."


class SeenForm(ReasonForm):
    """Of an act that depends on how things stand: it is done to what was shown, and
    refused where that has changed since.
    """

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, stands: str) -> None:
        super().__init__(
            posted(request),
            initial={"seen": stands},
        )
        self.stands = stands

    def clean(self) -> None:
        if self.cleaned_data.get("seen") == self.stands:
            return
        sent: Any = self.data
        sent = sent.copy()
        sent["seen"] = self.stands  # the next POST is about what is shown now
        self.data = sent
        raise forms.ValidationError("It changed in the meantime: review it again.")


class SeenStaffForm(SeenForm, StaffReasonForm):
    """Both."""


def ask_and_do(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[Cleaned], str],
    *,
    back: str,
    refused_at: str | None = None,
    **asks: Any,
) -> HttpResponse:
    """Asks; answered well, it does that, says the sentence that `do` answers with, and
    leads back. A refusal is shown at the field `refused_at`, and all stays as typed.
    """
    if form.is_valid():
        try:
            says = do(form.cleaned_data)
        except ApiError as error:
            field = refused_at if refused_at in form.fields else None
            form.add_error(field, error.sentence)
        else:
            messages.success(request, says)
            return HttpResponseRedirect(back)
    return ask(request, form, back=back, **asks)


def ask(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    says: str,
    button: str,
    back: str,
    lines: Sequence[str] | None = None,
    warning: str = "",
    can_preview: bool = False,
    is_dangerous: bool = False,
) -> HttpResponse:
    """says: what will happen. lines: what it would do with what the form says, shown
    after its second button, Preview (`_preview` in the POST). warning: why it was not
    done yet; the next POST says that it is meant (`_despite`).
    """
    context = {
        **admin.site.each_context(request),
        "title": title,
        "says": says,
        "button": button,
        "back": back,
        "form": form,
        "media": form.media,
        "lines": lines,
        "warning": warning,
        "can_preview": can_preview,
        "is_dangerous": is_dangerous,
    }
    return TemplateResponse(request, "admin/confirm.html", context)
