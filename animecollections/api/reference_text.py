"""What the reference of the API says of itself; settings.py hands it on."""

from typing import Any

SPECTACULAR: dict[str, Any] = {
    "TITLE": "animecollections",
    "DESCRIPTION": (
        'Success is `{"success": true, "data": …}`, with `meta` where there is more to '
        "say; every failure has the shape `Failure`, and its `code` stays what it is. "
        "Bodies are JSON; `text/plain` is read as JSON too. Times are UTC. An anime is "
        'named by our id, or by a site\'s as in `"mal:1535"`. Reads carry an `ETag`; '
        "writes take an `Idempotency-Key`."
    ),
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "animecollections.api.schema.any_of_null",
    ],
    "TAGS": [
        {"name": name}
        for name in (
            "Signing in",
            "Watch list",
            "History and undo",
            "Search history",
            "Profile",
            "Images",
            "Diary",
            "Statistics",
            "Catalogue",
            "Sync",
            "Imports",
            "Exports",
            "Account",
            "Reference",
        )
    ],
}
