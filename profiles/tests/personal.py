"""All tables that name users, found by looking; and a user whom each of them names.

A table that is added later and names users fails the tests of erasure and of the export
until `fill` makes a row of it.
"""

import re
from base64 import b64encode
from datetime import timedelta
from io import BytesIO

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from PIL import Image as Pillow

from animecollections.identity import Origin
from collections_app.models import Merge, MergedList, MissingTitle
from factories import PASSWORD
from history.staff_log import services as audit
from profiles.accounts import tasks
from profiles.models import (
    EmailChange,
    Moderation,
    NoticeKind,
    Passkey,
    Preferences,
    PrivacyRequest,
    PushSubscription,
    Report,
    User,
    WatchedTogether,
)
from profiles.notifications.services import notify
from profiles.oauth import devices
from profiles.oauth.services import give_code
from profiles.oidc import services as identities
from profiles.oidc.flow import Found
from profiles.tests.factors import first_step, turn_on
from profiles.tests.registered_apps import CALLBACK, let_in, register

# Columns that are no foreign key, and name somebody all the same.
TELLING = re.compile(r"user|email|person|owner|actor|account", re.IGNORECASE)
# Columns of free text or JSON that name users; the search by value finds them.
BY_VALUE = {
    "admin.LogEntry.object_id",
    "django_tasks_database.DBTaskResult.args_kwargs",
    "profiles.Erasure.files_of",
}
# These are no person's.
OTHERWISE = {
    "profiles.Session.user_agent",
    "profiles.PushSubscription.user_agent",
    "profiles.TokenFamily.user_agent",
    "profiles.User.is_superuser",
    "profiles.User.email_confirmed_at",
    "profiles.User.second_factors",  # a factor is no actor
}

LIST = (
    b"<myanimelist><myinfo><user_export_type>1</user_export_type></myinfo><anime>"
    b"<series_animedb_id>1535</series_animedb_id><my_status>Dropped</my_status>"
    b"<my_comments>a note</my_comments></anime></myanimelist>"
)


def all_models():
    return list(apps.get_models(include_auto_created=True))


def label(model, field):
    return f"{model._meta.label}.{field.name}"


def naming_fields():
    """(model, field) of every column that names a user."""
    for model in all_models():
        for field in model._meta.concrete_fields:
            name = label(model, field)
            is_key = field.remote_field and field.remote_field.model is User
            is_telling = TELLING.search(field.name) and name not in OTHERWISE
            if is_key or is_telling or name in BY_VALUE:
                yield model, field


def models_that_name_users():
    return {model._meta.label for model, _ in naming_fields()}


def traces_of(*needles):
    """Columns of any table in which one of the texts stands."""
    found = set()
    for model in all_models():
        for field in model._meta.concrete_fields:
            values = model._base_manager.values_list(field.attname, flat=True)
            text = "\n".join(str(value) for value in values)
            if any(needle in text for needle in needles):
                found.add(label(model, field))
    return found


def names_of(user):
    return str(user.pk), user.pk.hex, user.email, user.user_name


def picture(color):
    content = BytesIO()
    Pillow.new("RGB", (20, 20), color).save(content, "PNG")
    return b64encode(content.getvalue()).decode()


def ask_for_the_way_back(user, visitor):
    """With a second factor on: a second step that waits, and a wrong code."""
    turn_on(user)
    ticket = first_step(visitor, user)
    visitor.post("/api/auth/second-factor", {"ticket": ticket, "code": "000000"})
    visitor.post("/api/auth/second-factor/lost", {"ticket": ticket})


def fill(user, client, visitor, anime):
    """Makes the user leave a trace wherever one can be left."""
    watched = f"/api/user/watchList/{anime.pk}"
    client.post("/api/user/watchList", {"animeId": anime.pk, "type": "Watching"})
    key = {"Idempotency-Key": "the-first"}
    client.post(f"{watched}/increment", {"by": 2}, headers=key)
    client.patch(watched, {"notes": "a note", "tags": ["kept"], "score": 9.5})
    [first] = client.get(f"{watched}/viewings").json()["data"]
    client.patch(f"{watched}/viewings/{first['id']}", {"where": "At home"})
    made = client.post("/api/user/lists", {"name": "Zaphira's"}).json()["data"]
    client.put(f"/api/user/lists/{made['id']}/items/{anime.pk}", {"notes": "a note"})
    client.post("/api/user/searchHistory", {"query": "naruto"})
    event = {"event": "watched", "series": "Aria", "episode": 1}
    event |= {"account": user.user_name}
    told = client.post("/api/scrobble", event).json()["data"]["scrobble"]
    decision = {"animeId": anime.pk, "remember": True}
    client.post(f"/api/user/scrobbles/{told['id']}/match", decision)
    client.patch(
        f"/api/user/scrobbles/sources/{told['id']}", {"accounts": [user.user_name]}
    )
    client.post("/api/user/profile", {"name": "Zaphira", "birthday": "1995-05-20"})
    client.post("/api/user/preferences", {"timezone": "Europe/Madrid"})
    client.post("/api/uploadImage", {"image": picture("red")})
    client.post("/api/uploadImage", {"image": picture("teal")})
    client.generic("POST", "/api/user/imports", LIST, content_type="application/xml")
    b"".join(client.get("/api/user/export?format=csv").streaming_content)
    client.post("/api/user/feeds", {"name": "Phone"})
    client.post("/api/user/shares", {"of": "list", "id": made["id"]})
    address = {"url": "https://hooks.example.org/zaphira"}
    webhook = client.post("/api/user/webhooks", address).json()["data"]
    client.post(f"/api/user/webhooks/{webhook['id']}/test")
    client.put(f"/api/user/notices/mutes/{anime.pk}")
    client.put(f"/api/user/hidden/{anime.pk}")
    other = User.objects.exclude(pk=user.pk).get()
    client.put(f"/api/user/following/{other.user_name}")
    watched = {"anime_id": anime.pk, "first": 1, "last": 2, "since": timezone.now()}
    for one, with_whom, state in ((user, other, "given"), (other, user, "waiting")):
        WatchedTogether.objects.create(
            user=one,
            person_id=with_whom.pk,
            state=state,
            watched_on="2026-11-30",
            **watched,
        )
    Preferences.objects.filter(user=user).update(notice_digest="daily")
    notify(user_id=user.pk, kind=NoticeKind.MERGED, key="merged:1", anime_id=anime.pk)
    PushSubscription.objects.create(
        user=user, key="k", endpoint="https://push.example.org/1", auth_epoch=1
    )
    client.post("/api/auth/ticket")
    client.post("/api/user/tokens", {"name": "a script", "scopes": ["read"]})
    client.post("/api/auth/email", {"email": f"new-{user.email}"})
    EmailChange.objects.of(user.pk).update(old_email=f"old-{user.email}")
    identities.join(user_id=user.pk, found=Found("work", "k" * 64, user.email))
    app = register(user, name="Zaphira's app")
    letters = devices.begin(app=app, scopes=["list:read"]).letters
    let_them = {"user_id": user.pk, "auth_epoch": user.auth_epoch, "mature": False}
    allowed = {**let_them, "scopes": ["list:read"]}
    devices.decide(letters=letters, is_allowed=True, **allowed)
    give_code(app=app, redirect_uri=CALLBACK, challenge="c" * 43, **allowed)
    let_in(app, user)
    credentials = {"email": user.email, "password": PASSWORD}
    visitor.post("/api/auth/token", credentials)
    user.groups.add(Group.objects.create(name="helpers"))
    user.user_permissions.add(Permission.objects.first())
    for who, whom in ((user, anime), (User.objects.exclude(pk=user.pk).get(), user)):
        LogEntry.objects.log_actions(who.pk, [whom], CHANGE, "Signed out everywhere")
    merge = Merge.objects.create(kept_id=anime.pk, gone_id=1, reason="the same")
    MergedList.objects.create(user=user, merge=merge)
    Moderation.objects.create(
        user=user, thing="avatar", state="withheld", reason="Zaphira's"
    )
    about = {"moderation_id": user.pk, "thing": "avatar"}
    for key, by, of in (("1", user, who), ("2", who, user)):
        row = {"reporter_key": f"{key}{by.pk.hex}", "reporter_user_id": by.pk}
        row |= {"about_user_id": of.pk, "about_user_name": of.user_name}
        Report.objects.create(reason="spam", **row, **about)
    MissingTitle.objects.create(key="aria", text="Aria", assigned_to=user)
    ask_for_the_way_back(user, visitor)
    wrong = credentials | {"password": "Wrong-Horse-7"}  # a right one would forgive it
    visitor.post("/api/auth/signin", wrong)
    Passkey.objects.create(
        user=user,
        name="Zaphira's phone",
        digest="of an id",
        credential_id=b"an id",
        public_key=b"a key",
        sign_count=0,
        is_synced=True,
    )
    staff = Origin("admin", actor_id=who.pk)
    why = "Zaphira asked for it"
    audit.note(action="reveal", through=staff, reason=why, user_id=user.pk)
    letter = PrivacyRequest(
        user=user,
        kind="erasure",
        received_on="2026-11-01",
        due_on="2026-12-01",
        reference="L-17",
        details="Zaphira wrote",
    )
    letter.save()
    tasks.mail_reset.enqueue(email=user.email)
    later = timezone.now() + timedelta(minutes=5)
    mail = tasks.mail_password_changed.using(run_after=later)
    mail.enqueue(user_id=str(user.pk))
