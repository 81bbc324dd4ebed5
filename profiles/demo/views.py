"""/demo: signs a visitor in as a made-up person. Only `manage.py demo` has it."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from animecollections.api.client_ip import address
from profiles.accounts.models import User
from profiles.accounts.services import start_session
from profiles.demo.people import nth

if settings.DEMO and not settings.DEBUG:
    raise ImproperlyConfigured("DEMO lets everybody in: it needs DEBUG.")


@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    user = User.objects.get(pk=nth(1).id)
    agent = request.headers.get("User-Agent", "")
    with transaction.atomic():
        start_session(request.session, user, user_agent=agent, address=address(request))
    return redirect("/")
