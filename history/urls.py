"""The addresses of this app, under /api."""

from django.urls import path

from history.searches.views import SearchHistoryViewSet

urlpatterns = [
    path(
        "user/searchHistory",
        SearchHistoryViewSet.as_view(
            {"get": "list", "post": "create", "delete": "clear"}
        ),
    ),
    path(
        "user/searchHistory/<str:search_id>",
        SearchHistoryViewSet.as_view({"delete": "destroy"}),
    ),
]
