"""The second factor of staff: enrolled at the first sign-in, asked for at each."""

from typing import cast

import django_otp
import segno
from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice
from unfold.widgets import UnfoldAdminTextInputWidget

from animecollections.admin import through
from animecollections.admin.confirmation import posted
from animecollections.admin.site import PREFIX, is_staff, note_code, page
from profiles.accounts.models import User
from profiles.second_factor import services as second_factor

# Their own pages would show keys, and write around the service.
admin.site.unregister(StaticDevice)
admin.site.unregister(TOTPDevice)


def code_field(**attrs: str) -> forms.CharField:
    return forms.CharField(
        max_length=40,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", **attrs}
        ),
        help_text="Six digits of your authenticator, or one of your recovery codes.",
    )


class CodeForm(forms.Form):
    code = code_field(autofocus="")


@page("second-factor/", "second_factor", is_guarded=False)
@never_cache
@sensitive_post_parameters("code")
def ask_second_factor(request: HttpRequest) -> HttpResponse:
    """After the password: enrols staff without an authenticator, asks the others."""
    if not is_staff(request):
        return HttpResponseRedirect(reverse("admin:login"))
    user = cast("User", request.user)
    form = CodeForm(posted(request))
    if form.is_valid():
        code = form.cleaned_data["code"]
        with transaction.atomic():
            if (response := enter(request, user, code)) is not None:
                request.session.save()  # a code is used up with what it opens
                return response
        form.add_error("code", why_not(user, code))
    if second_factor.authenticator(user) is not None:
        return show(request, form=form)
    if user.second_factors:  # a passkey: the password alone must add no other factor
        return show(request, is_elsewhere=True)
    device = second_factor.enrolment(user)
    picture = segno.make(device.config_url).svg_data_uri(scale=5)
    secret = device.config_url.partition("secret=")[2].partition("&")[0]
    return show(request, form=form, picture=picture, secret=secret)


def enter(request: HttpRequest, user: User, code: str) -> HttpResponse | None:
    """Enrols, or lets in; None where the code is wrong."""
    by = through(request)
    if second_factor.authenticator(user) is None:
        if user.second_factors:
            return None
        codes = second_factor.confirm(user=user, code=code, through=by)
        if codes is None:
            return None
        django_otp.login(request, second_factor.authenticator(user))
        note_code(request)
        return show(request, codes=codes)
    device = second_factor.check(user=user, code=code)
    if device is None:
        return None
    django_otp.login(request, device)
    note_code(request)
    if "_new_codes" in request.POST:
        codes = second_factor.renew_codes(user=user, through=by)
        return show(request, codes=codes)
    return HttpResponseRedirect(next_of(request))


def takes_code(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the form's code is right; it is used up, and fresh for a while."""
    user, code = cast("User", request.user), form.cleaned_data["code"]
    with transaction.atomic():
        if second_factor.check(user=user, code=code) is not None:
            note_code(request)
            request.session.save()
            return True
    form.add_error("code", why_not(user, code))
    return False


def why_not(user: User, code: str) -> str:
    if until := second_factor.closed_until(user=user, code=code):
        return f"This code is not right. Try again at {until:%H:%M:%S} UTC."
    return "This code is not right."


def next_of(request: HttpRequest) -> str:
    given = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if is_ours else PREFIX


def show(request: HttpRequest, **more: object) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Second factor",
        "is_verified": request.user.is_verified(),  # type: ignore[union-attr]
        "next": next_of(request),
        **more,
    }
    return TemplateResponse(request, "admin/second_factor.html", context)
