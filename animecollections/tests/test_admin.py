"""Every page of the admin: it opens, and asks the database no more for more rows."""

import re
from datetime import timedelta
from html import unescape
from itertools import cycle

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from animecollections.admin import BoundedPaginator
from animecollections.db.ids import new_id
from animecollections.identity import Origin
from collections_app.catalogue.refs import AnimeRef
from collections_app.imports import services as imports
from collections_app.models import (
    Abbreviation,
    Airing,
    Genre,
    HiddenTitle,
    Listing,
    ListItem,
    Merge,
    MergedList,
    MissingTitle,
    OwnList,
    Scrobble,
    ScrobbleRule,
    ScrobbleSource,
    SearchName,
    SeriesLink,
    SimilarTitles,
    SourceFact,
    Studio,
    TitleEvent,
    Viewing,
    WatchListEntry,
)
from collections_app.transfer.records import ListFile, Record
from collections_app.watch_list import writes as watch_list
from factories import AnimeFactory, UserFactory, personal_token
from history.models import EpisodesWatched, Job, KeptAnswer, StaffAction
from history.searches.services import NewSearch, save
from history.staff_log import services as audit
from profiles.accounts import tasks
from profiles.accounts.places import Place, new_device, remember
from profiles.count_corrections.models import CountCorrection
from profiles.figures.models import ListCount, TitleCount
from profiles.models import (
    App,
    AuthorizationCode,
    DeviceCode,
    Digest,
    EmailChange,
    Erasure,
    FactorRemoval,
    FailedSignIns,
    FailedSignInsPart,
    Feed,
    Figure,
    Identity,
    Image,
    MadeExport,
    Moderation,
    MutedTitle,
    Notice,
    Passkey,
    PrivacyRequest,
    PushSubscription,
    Report,
    SecondStep,
    Session,
    Share,
    Ticket,
    Tie,
    TokenFamily,
    UsedChallenge,
    User,
    UserNotice,
    WatchedTogether,
    WrongPasswords,
)
from profiles.webhooks import services as webhooks

pytestmark = pytest.mark.django_db
KEYED = {Session, Ticket}  # without pages: their keys are secrets
REGISTERED = list(admin.site._registry)
# One test looks at all models: to make its rows takes longer than to ask for a page.
# All go the same few ways through the admin, so coverage need not trace each.
of_all_models = pytest.mark.no_cover
NOW = timezone.now()


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


def page(model, view, *args):
    return reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args
    )


def changelist(model):
    return page(model, "changelist")


def make_title(number):
    anime = AnimeFactory()
    anime.genres.add(Genre.objects.create(key=f"g{number}", name=f"Genre {number}"))
    anime.studios.add(Studio.objects.create(key=f"s{number}", name=f"Studio {number}"))
    SearchName.objects.create(anime=anime, name=f"title {number}")
    Abbreviation.objects.create(anime=anime, key=f"t{number}", text=f"T{number}")
    Listing.objects.create(anime=anime, source="a dataset")
    SimilarTitles.objects.create(anime=anime, similar=[[anime.pk, 5, "people"]])
    SourceFact.objects.create(
        anime=anime, source="jikan", kind="votes", value={"mean": 8.1, "count": 9},
        revision=1, updated_at=NOW,
    )  # fmt: skip
    Airing.objects.create(
        anime=anime, number=1, airs_at=NOW, airs_on=str(NOW.date()), precision="day",
        is_estimated=False, changed_at=NOW,
    )  # fmt: skip
    TitleEvent.objects.create(
        kind="aired", key=f"aired:{number}", anime_id=anime.pk, happened_at=NOW
    )
    MissingTitle.objects.create(key=f"m{number}", text=f"M{number}", anime=anime)
    return anime


def fill(user, anime, number):
    """One row of each kind for the user."""
    through = Origin(kind="session")
    watch_list.add(
        user_id=user.pk,
        anime=AnimeRef("own", str(anime.pk)),
        values={"type": "Watching", "score": 85},
        today=NOW.date(),
        through=through,
    )
    search = NewSearch(f"search {number}", "animes", {}, 1, None)
    save(user_id=user.pk, searches=[search], through=through)
    EpisodesWatched.objects.create(user=user, day=NOW, anime_id=anime.pk, episodes=1)
    Viewing.objects.create(
        user=user, anime_id=anime.pk, number=1, state="finished", revision=1
    )
    KeptAnswer.objects.create(user=user, key=f"k{number}", answer={}, created_at=NOW)
    Image.objects.create(
        user=user,
        path=f"images/{number}.webp",
        kind="avatar",
        width=9,
        height=9,
        size=9,
    )
    Feed.objects.create(user=user, key=f"k{number}", name="Phone")
    Share.objects.create(user=user, key=f"k{number}", of="stats")
    moderation = Moderation.objects.create(
        user=user, thing="list", which=str(new_id()), waiting_since=NOW
    )
    Report.objects.create(
        moderation_id=moderation.pk, about_user_id=user.pk, about_user_name="x",
        reporter_user_id=user.pk, reporter_key="x", thing="list", reason="spam",
    )  # fmt: skip
    Scrobble.objects.create(
        user=user, key=f"k{number}", player="plex", rule_key="aria", watched_at=NOW,
        state="waiting",
    )  # fmt: skip
    ScrobbleSource.objects.create(user=user, token_id=new_id())
    webhook = webhooks.make(
        user_id=user.pk, url="https://hooks.example.org/1", name="Home",
        format="standard", parts=["entries"],
    ).webhook  # fmt: skip
    webhooks.test(user_id=user.pk, webhook_id=webhook.pk)
    Tie.objects.create(user=user, person_id=new_id(), kind="follows", since=NOW)
    WatchedTogether.objects.create(
        user=user, person_id=new_id(), anime_id=anime.pk, first=1, last=2,
        watched_on=NOW.date(), state="given", since=NOW,
    )  # fmt: skip
    UserNotice.objects.create(
        user=user, kind="merged", key=f"n{number}", anime=anime, happened_at=NOW,
        data={"related_title": f"Gone {number}"},
    )  # fmt: skip
    MutedTitle.objects.create(user=user, anime_id=anime.pk)
    HiddenTitle.objects.create(user=user, anime_id=anime.pk)
    Digest.objects.create(user=user, first_id=user.pk, due_at=NOW, queued_at=NOW)
    EmailChange.objects.create(
        user=user,
        new_email=f"{number}@example.net",
        auth_epoch=user.auth_epoch,
        ends_at=NOW + timedelta(days=1),
    )
    App.objects.create(user=user, name=f"App {number}", name_key=f"app {number}")
    Identity.objects.create(user=user, provider="work", key=number, email=user.email)
    OwnList.objects.create(
        user=user, name=f"List {number}", created_at=NOW, updated_at=NOW, revision=1,
        client_key=number,
    )  # fmt: skip
    PushSubscription.objects.create(
        user=user, key=f"k{number}", endpoint="https://push.example.org/1",
        p256dh="p", auth="a", user_agent="Firefox", auth_epoch=1,
    )  # fmt: skip
    MadeExport.objects.create(user=user, format="csv", size=9)
    TokenFamily.objects.create(
        user=user,
        auth_epoch=user.auth_epoch,
        refresh_id=user.pk,
        expires_at=NOW + timedelta(days=1),
    )
    personal_token(user, "list:read")
    Client().force_login(user)
    remember(user.pk, Place("10.0.0.7", new_device()))
    Ticket.objects.create(
        key=f"k{number}", user=user, kind="session", sign_in="x", expires_at=NOW
    )
    WrongPasswords.objects.create(
        email=f"{number}@example.org", address="10.0.0.7", count=1, last_at=NOW
    )
    failed = FailedSignIns.objects
    failed.create(day=NOW.date() - timedelta(days=failed.count()), number=3)
    FailedSignInsPart.objects.create(
        day=NOW.date(), part=FailedSignInsPart.objects.count(), number=1
    )
    tasks.mail_reset.enqueue(email=user.email)
    Group.objects.create(name=f"group {number}")
    gone_id = Merge.objects.count() + 2
    merge = Merge.objects.create(kept_id=1, gone_id=gone_id, reason="the same")
    MergedList.objects.create(user=user, merge=merge)
    day = NOW.date() - timedelta(days=Figure.objects.count())
    Figure.objects.create(name="day", day=day, value={"added": 1}, computed_at=NOW)
    TitleCount.objects.create(day=day, anime_id=anime.pk, added=1)
    name = f"type {ListCount.objects.count()}"
    ListCount.objects.create(anime_id=anime.pk, name=name, number=1)
    CountCorrection.objects.take_away({"users": 1})
    staff = Origin("admin", actor_id=user.pk)
    audit.note(action="lock", through=staff, reason="spam", user_id=user.pk)
    Erasure.objects.create(through="admin", actor_id=user.pk)
    Job.objects.create(name=f"job {number}", due_at=NOW)
    Notice.objects.create(text=number, starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    today = NOW.date()
    PrivacyRequest.objects.create(
        user=user, kind="export", received_on=today, due_on=today, reference=number
    )
    imports.plan(user_id=user.pk, file=ListFile("mal", [Record(1, f"Title {number}")]))


@pytest.fixture
def rows(alice):
    """`rows(3)` makes three more of everything, half of alice, half of others."""
    made = 0

    def make(number):
        nonlocal made
        for _ in range(number):
            made += 1
            anime = make_title(made)
            alice.profile.favorite_animes.append(anime.pk)
            alice.profile.save()
            fill(alice, anime, f"a{made}")
            fill(UserFactory(), anime, f"b{made}")

    make(2)
    return make


def count_statements(browser, address):
    with CaptureQueriesContext(connection) as captured:
        response = browser.get(address)
    assert response.status_code == 200, address
    return len(captured.captured_queries)


def addresses(model, alice):
    model_admin = admin.site._registry[model]
    yield changelist(model)
    if model_admin.search_fields:
        yield changelist(model) + "?q=alice"
    # The user's own page grows most; of others any row will do.
    row = alice if model is User else model._default_manager.first()
    if model not in KEYED:
        yield page(model, "change", row.pk)
    if "ReadOnly" not in {base.__name__ for base in type(model_admin).__mro__}:
        yield page(model, "history", row.pk)


@of_all_models
def test_a_page_asks_no_more_for_more_rows(browser, rows, alice):
    of_all = [a for model in REGISTERED for a in addresses(model, alice)]
    few = {a: count_statements(browser, a) for a in of_all}
    rows(4)
    for address, number in few.items():
        assert count_statements(browser, address) <= number, address
        # The page of a user: 4 of sign-in and notices, 36 of what it shows. A list: 4,
        # 3 more (its rows, how many there are, whose private things may be seen); a
        # search looks for people (3) and titles first.
        # Before a history comes the question whether its row may be seen.
        most = 40 if "change" in address else 13 if "?q=" in address else 8
        assert number <= most, address


def pages_of_no_model(alice):
    anime_id = alice.entries.first().anime_id
    operation = alice.changes.filter(kind="add").first().operation_id
    act = reverse("admin:act_on_user", args=[alice.pk, "undo"])
    return [
        "/admin/",
        reverse("admin:find") + "?q=example",
        f"{act}?operation={operation}",
        *(
            reverse("admin:act_on_user", args=[alice.pk, name])
            for name in ("reveal", "lock", "restore", "erase")
        ),
        reverse("admin:open_sign_in", args=[WrongPasswords.objects.first().pk]),
        reverse("admin:mark_mature", args=[anime_id]),
        reverse("admin:merge_titles") + f"?kept={anime_id}",
        reverse("admin:go_on_with_merge", args=[Merge.objects.first().pk]),
        reverse("admin:preview_import"),
        reverse("admin:missing_titles"),
        reverse("admin:reports"),
        reverse("admin:report", args=[Moderation.objects.first().pk]),
        reverse("admin:settle_missing_title", args=["link"]) + "?text=zzyzx",
        reverse("admin:second_factor"),
    ]


def test_a_page_of_no_model_asks_no_more_either(browser, rows, alice):
    few = {a: count_statements(browser, a) for a in pages_of_no_model(alice)}
    rows(4)
    for address, number in few.items():
        assert count_statements(browser, address) <= number, address
        # Finding looks in nine places; an undo is tried on the entries it is about.
        assert number <= 19, address
        text = browser.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), address


def test_filters_look_through_the_newest_rows(browser, rows, alice, monkeypatch):
    listed = page(WatchListEntry, "changelist")
    every = browser.get(listed, {"type__exact": "Watching"}).context["cl"].result_count
    monkeypatch.setattr("animecollections.admin.MOST_LOOKED_AT", 1)
    found = browser.get(listed, {"type__exact": "Watching"}).context["cl"]
    assert found.result_count == 1 < every
    with CaptureQueriesContext(connection) as captured:
        browser.get(listed, {"type__exact": "Watching"})
    assert not [q for q in captured.captured_queries if "OFFSET" in q["sql"]]
    assert browser.get(listed).context["cl"].result_count == every
    hers = {"type__exact": "Watching", "user__id__exact": str(alice.pk)}
    found = browser.get(listed, hers).context["cl"]
    assert found.result_count == alice.entries.count() == 2


# What codes and challenges of some minutes are is nobody's to read; what is on a list
# stands with the list, and second factors on the page of their person.
OF_ANOTHER_PAGE = {
    SeriesLink,
    ScrobbleRule,
    AuthorizationCode,
    DeviceCode,
    FactorRemoval,
    ListItem,
    Passkey,
    SecondStep,
    UsedChallenge,
}


def test_every_model_of_ours_has_pages():
    ours = {
        model
        for app in ("history", "collections_app", "profiles")
        for model in apps.get_app_config(app).get_models()
    }
    assert ours - OF_ANOTHER_PAGE <= set(REGISTERED)


@of_all_models
def test_a_list_can_be_searched(browser, rows):
    key = str(User.objects.first().pk)
    for model in REGISTERED:
        if not admin.site._registry[model].search_fields:
            continue
        for text in ["alice", "1000", "mal:1000", "group", key, "ビ%_'"]:
            response = browser.get(changelist(model), {"q": text})
            assert response.status_code == 200, (model, text)


@of_all_models
def test_every_filter_answers(browser, rows):
    for address in map(changelist, REGISTERED):
        shown = browser.get(address).context["cl"]
        choices = [one for spec in shown.filter_specs for one in spec.choices(shown)]
        for choice in choices:
            if "query_string" not in choice:  # a form: its days have tests of their own
                continue
            query = unescape(choice["query_string"])
            assert browser.get(address + query).status_code == 200, address + query


@of_all_models
def test_every_order_answers_with_each_row_once(browser, rows):
    for model in REGISTERED:
        listed = changelist(model)
        every = sorted(str(row.pk) for row in rows_shown(browser, listed))
        for number in range(1, len(admin.site._registry[model].list_display) + 1):
            for order in (f"{number}", f"-{number}"):
                found = rows_shown(browser, listed, {"o": order})
                assert sorted(str(row.pk) for row in found) == every, (model, order)


def rows_shown(browser, address, query=None):
    return browser.get(address, query).context["cl"].result_list


@of_all_models
def test_no_column_is_compared_by_the_address(browser, rows):
    """By what is found, keys of sessions and texts could be read letter by letter."""
    ways = cycle(("__startswith", "__contains", "__regex", "__gte", "__year"))
    for model in REGISTERED:
        for column, how in zip(model._meta.concrete_fields, ways, strict=False):
            response = browser.get(changelist(model), {f"{column.name}{how}": "1"})
            assert response.status_code == 400, (column, how)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/find/?q=%00",
        "/admin/history/job/%00/change/",
        "/admin/history/change/?through=%00",
        "/admin/collections_app/merge/?q=%00",
        "/admin/titles/merge/?gone=%00",
    ],
)
def test_a_nul_in_the_address(browser, address):
    assert browser.get(address).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/admin/profiles/user/abc/password/",
        "/admin/r/1/1/",
        "/admin/collections_app/watchlistentry/abc/change/",
    ],
)
def test_what_is_no_key_leads_nowhere(browser, address):
    assert browser.get(address).status_code in (302, 404)


def test_an_entry_of_nobody_and_of_no_title(browser):
    add = page(WatchListEntry, "add")
    assert browser.get(f"{add}?user=abc&anime={'9' * 27}").status_code == 200
    for name, value in (("user", "abc"), ("anime", "9" * 27), ("anime", "x")):
        assert browser.post(add, {name: value}).status_code == 400


def test_a_number_too_long_for_a_title_is_searched_for(browser):
    found = browser.get(page(StaffAction, "changelist"), {"q": "9" * 4_400})
    assert found.status_code == 200


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_an_add_page_opens_or_is_refused(browser, model):
    response = browser.get(page(model, "add"))
    adds = {
        "Abbreviation", "Anime", "Group", "Notice", "PrivacyRequest", "User",
        "WatchListEntry",
    }  # fmt: skip
    assert response.status_code == (200 if model.__name__ in adds else 403)


def test_no_list_counts_its_whole_table():
    for model in REGISTERED:
        model_admin = admin.site._registry[model]
        assert not model_admin.show_full_result_count
        assert model_admin.paginator is BoundedPaginator


def test_only_staff_get_in(alice, staff):
    browser = Client()
    for user in (None, alice):
        if user:
            browser.force_login(user)
        for model in REGISTERED:
            response = browser.get(changelist(model))
            assert response.status_code == 302
            assert response["Location"].startswith("/admin/login/")


def test_staff_without_permissions_see_nothing(rows):
    browser = Client()
    browser.force_login(UserFactory(is_staff=True))
    assert browser.get("/admin/").status_code == 200
    for model in REGISTERED:
        assert browser.get(changelist(model)).status_code == 403


def test_the_index_leads_to_the_documentation(browser):
    text = browser.get("/admin/").content.decode()
    assert f'href="{reverse("docs")}"' in text
    assert "animecollections" in text


def test_no_page_needs_more_than_the_policy_allows(browser, rows, alice):
    """No inline script: the browser would not run it."""
    for model in REGISTERED:
        for address in addresses(model, alice):
            text = browser.get(address).content.decode()
            assert not re.search(r"<script(?![^>]*\bsrc=)", text), address
            assert not re.search(r"\son(click|change|submit|load|error)=", text), (
                address
            )
            assert "javascript:" not in text


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/nowhere/"])
def test_the_admin_has_a_policy_of_its_own(browser, path):
    policy = browser.get(path)["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts


@pytest.mark.parametrize("path", ["/api/docs", "/reset", "/administration", "/"])
def test_no_other_page_shares_it(browser, path):
    assert "unsafe" not in browser.get(path)["Content-Security-Policy"]


def test_counting_stops_where_nobody_pages(monkeypatch, db):
    monkeypatch.setattr("animecollections.admin.MOST_COUNTED", 3)
    Genre.objects.bulk_create([Genre(key=str(n), name="x") for n in range(5)])
    paginator = BoundedPaginator(Genre.objects.all(), 2)
    assert (str(paginator.count), paginator.count, paginator.num_pages) == ("3+", 3, 2)
    Genre.objects.filter(key__in="01").delete()
    assert str(BoundedPaginator(Genre.objects.all(), 2).count) == "3"


def test_a_bounded_count_is_shown_with_a_plus(monkeypatch, browser):
    monkeypatch.setattr("animecollections.admin.MOST_COUNTED", 3)
    Genre.objects.bulk_create([Genre(key=str(n), name="x") for n in range(5)])
    assert "3+ genres" in browser.get(page(Genre, "changelist")).content.decode()
