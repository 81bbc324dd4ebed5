"""The page on which the admin asks before it does something, and why."""

from collections.abc import Sequence

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminTextareaWidget


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="It stands in the log, and in the person's own export.",
    )


def ask(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    says: str,
    button: str,
    back: str,
    lines: Sequence[str] | None = None,
    can_preview: bool = False,
    is_dangerous: bool = False,
) -> HttpResponse:
    """says: what will happen. lines: what it would do with what the form says, shown
    after its second button, Preview (`_preview` in the POST).
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
        "can_preview": can_preview,
        "is_dangerous": is_dangerous,
    }
    return TemplateResponse(request, "admin/confirm.html", context)
