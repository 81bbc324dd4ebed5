"""The addresses of this app, under /api."""

from django.urls import path

from collections_app.browsing.views import CatalogueViewSet
from collections_app.calendar.views import CalendarViewSet
from collections_app.diary.views import DiaryViewSet
from collections_app.imports.views import ImportsViewSet, ImportViewSet
from collections_app.lists.views import ItemsViewSet, ListsViewSet, TryRulesViewSet
from collections_app.recommendations.views import (
    HiddenTitlesViewSet,
    RecommendationsViewSet,
)
from collections_app.scrobbling.views import (
    RulesViewSet,
    ScrobblesViewSet,
    ScrobbleViewSet,
    SourcesViewSet,
)
from collections_app.stats.views import StatisticsViewSet
from collections_app.viewings.views import ViewingsViewSet
from collections_app.watch_list.entry_views import (
    BatchViewSet,
    EntryViewSet,
    MoveViewSet,
)
from collections_app.watch_list.operation_views import OperationViewSet
from collections_app.watch_list.views import WatchListViewSet

urlpatterns = [  # tried one after the other: what is asked most stands first
    path(
        "user/watchList",
        WatchListViewSet.as_view(
            {"get": "list", "post": "create", "delete": "destroy"}
        ),
    ),
    path("user/watchList/counts", WatchListViewSet.as_view({"get": "counts"})),
    path("user/watchList/move", MoveViewSet.as_view({"post": "create"})),
    path("user/watchList/batch", BatchViewSet.as_view({"post": "create"})),
    path(
        "user/watchList/<str:anime_id>",
        EntryViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
    path(
        "user/watchList/<str:anime_id>/increment",
        EntryViewSet.as_view({"post": "increment"}),
    ),
    path(
        "user/watchList/<str:anime_id>/viewings",
        ViewingsViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "user/watchList/<str:anime_id>/viewings/<str:viewing_id>",
        ViewingsViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
    path("animes", CatalogueViewSet.as_view({"get": "list"})),
    path("animes/<str:anime_id>", CatalogueViewSet.as_view({"get": "retrieve"})),
    path("genres", CatalogueViewSet.as_view({"get": "genres"})),
    path("studios", CatalogueViewSet.as_view({"get": "studios"})),
    path("calendar", CalendarViewSet.as_view({"get": "list"})),
    path("user/watched", DiaryViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "user/watched/<str:watched_id>",
        DiaryViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
    path("user/lists", ListsViewSet.as_view({"get": "list", "post": "create"})),
    path("user/lists/try", TryRulesViewSet.as_view({"post": "create"})),
    path(
        "user/lists/<str:list_id>",
        ListsViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
    path("user/lists/<str:list_id>/items", ItemsViewSet.as_view({"get": "list"})),
    path(
        "user/lists/<str:list_id>/items/<str:anime_id>",
        ItemsViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("user/recommendations", RecommendationsViewSet.as_view({"get": "list"})),
    path("user/hidden", HiddenTitlesViewSet.as_view({"get": "list"})),
    path(
        "user/hidden/<str:anime_id>",
        HiddenTitlesViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("user/stats", StatisticsViewSet.as_view({"get": "retrieve"})),
    path("user/imports", ImportsViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "user/imports/<str:import_id>",
        ImportViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
    path(
        "user/imports/<str:import_id>/rows",
        ImportViewSet.as_view({"get": "rows", "patch": "decide"}),
    ),
    path(
        "user/imports/<str:import_id>/apply",
        ImportViewSet.as_view({"post": "apply"}),
    ),
    path("scrobble", ScrobbleViewSet.as_view({"post": "create"})),
    path("user/scrobbles", ScrobblesViewSet.as_view({"get": "list"})),
    path("user/scrobbles/rules", RulesViewSet.as_view({"get": "list"})),
    path(
        "user/scrobbles/rules/<str:rule_id>",
        RulesViewSet.as_view({"delete": "destroy"}),
    ),
    path("user/scrobbles/sources", SourcesViewSet.as_view({"get": "list"})),
    path(
        "user/scrobbles/sources/<str:token_id>",
        SourcesViewSet.as_view({"patch": "partial_update"}),
    ),
    path(
        "user/scrobbles/<str:scrobble_id>",
        ScrobblesViewSet.as_view({"delete": "destroy"}),
    ),
    path(
        "user/scrobbles/<str:scrobble_id>/match",
        ScrobblesViewSet.as_view({"post": "match"}),
    ),
    path(
        "user/scrobbles/<str:scrobble_id>/undo",
        ScrobblesViewSet.as_view({"post": "undo"}),
    ),
    path("user/operations", OperationViewSet.as_view({"get": "list"})),
    path(
        "user/operations/<str:operation_id>/undo",
        OperationViewSet.as_view({"post": "undo"}),
    ),
]
