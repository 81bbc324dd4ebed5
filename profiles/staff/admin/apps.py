"""An app that is stopped for everybody, or let work again."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from animecollections.admin import may_act_on, through
from animecollections.admin.confirmation import Cleaned, ReasonForm, ask_and_do, posted
from animecollections.admin.site import page
from profiles.oauth.models import App
from profiles.staff import services as support

SAYS = {
    "stop": "Nobody is signed in through it any more, from now on. Whoever had let it "
    "in gets a mail with this reason, and so does its developer. What it wrote stays: "
    "each person can undo it, and you can on theirs.",
    "resume": "It may ask people for access again. Whoever had let it in has to do so "
    "once more. Its developer gets a mail.",
}
TITLES = {"stop": "Stop {app} for everybody", "resume": "Let {app} work again"}
BUTTONS = {"stop": "Stop it", "resume": "Let it work"}


@page("apps/<uuid:app_id>/<slug:verb>/", "act_on_app")
def act_on_app(request: HttpRequest, app_id: UUID, verb: str) -> HttpResponse:
    if verb not in SAYS:
        raise Http404
    app = get_object_or_404(App.objects.select_related("user"), pk=app_id)
    if (app.stopped_at is not None) != (verb == "resume"):
        raise Http404
    allowed = request.user.has_perm("profiles.stop_app")
    if not allowed or not may_act_on(request, app.user):
        raise PermissionDenied

    def do(said: Cleaned) -> str:
        act = support.stop_app if verb == "stop" else support.resume_app
        act(app=app, **said, through=through(request))
        return "It is stopped." if verb == "stop" else "It works again."

    return ask_and_do(
        request,
        ReasonForm(posted(request)),
        do,
        title=TITLES[verb].format(app=app),
        says=SAYS[verb],
        button=BUTTONS[verb],
        back=reverse("admin:profiles_app_changelist"),
    )
