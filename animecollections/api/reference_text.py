"""What the reference of the API says of itself; settings.py hands it on."""

from typing import Any

TAGS = {
    "Signing in": "Accounts, sessions of browsers, tokens of apps, passwords.",
    "Second factor": "Passkeys, authenticator, recovery codes, and fresh proofs.",
    "Signing in by a provider": "Google, or any provider of OpenID Connect.",
    "Devices": "The browsers and apps that are signed in, and signing them out.",
    "Personal tokens": "Sign-ins that a person makes for scripts and apps.",
    "Sandbox": "An account for trying a program out, where it fails on demand.",
    "Apps that have access": "Apps that a person let in: their end, and the undo of "
    "what they did.",
    "Developers": "Apps that anybody registers, for other people to let in.",
    "Watch list": "The list: reading, writing, batches. Writes tell every implied "
    "change in `meta.changes`.",
    "History and undo": "What was done to the list, and how to undo it.",
    "Search history": "The searches that the user made.",
    "Profile": "The profile and the preferences.",
    "Images": "Uploaded pictures.",
    "Calendar": "When episodes air; feeds of it for other programs.",
    "Notices": "What happened to the titles of a list, and where one is told of it.",
    "Viewings": "Every time through a title.",
    "Lists": "Lists of one's own, each in its own order.",
    "Diary": "What was watched on which day, month or year; to be corrected.",
    "Statistics": "What was watched, how much, and when.",
    "Recommendations": "What one may like, with the reasons; what is hidden.",
    "Following": "Who follows whom; requests, blocks, and what followers have.",
    "Sharing": "Links to one's own, and what others see of people by their names.",
    "Reports": "What others show and should not; what staff decide about it.",
    "Players": "What players tell of what is watched; rules of one's own for it.",
    "Webhooks": "Addresses of one's own that are sent what changes.",
    "Catalogue": "Titles, genres, studios. Open to visitors.",
    "Sync": "What changed since a cursor; the live feed.",
    "Imports": "Lists of other trackers: upload, look at the plan, decide, apply.",
    "Exports": "Files to keep, or for other trackers.",
    "Account": "The end of an account.",
    "Reference": "The API itself, and notices of its operators.",
}
# Words that clients get a type of, under this name, wherever they stand.
ENUMS = {
    "AiringStatus": "collections_app.catalogue.models.AiringStatus",
    "AnimeFormat": "collections_app.catalogue.models.Format",
    "Audience": "animecollections.viewer.Audience",
    "ChangeKind": "history.log.models.ChangeKind",
    "EntryState": "collections_app.watch_list.models.EntryState",
    "EntryType": "collections_app.watch_list.models.EntryType",
    "ExportFormat": "profiles.personal_data.exports.FORMATS",
    "Gender": "profiles.profile.models.Gender",
    "HiddenScope": "collections_app.recommendations.models.HiddenScope",
    "ImageKind": "profiles.images.encoding.Kind",
    "ImportFormat": "collections_app.transfer.FORMATS",
    "ImportOutcome": "collections_app.imports.models.Outcome",
    "ImportPolicy": "collections_app.imports.models.Policy",
    "ImportStatus": "collections_app.imports.models.ImportStatus",
    "ListFormat": "profiles.personal_data.exports.LISTS",
    "Origin": "animecollections.identity.THROUGH",
    "RowDecision": "collections_app.imports.models.Decision",
    "ScoreFormat": "profiles.profile.models.ScoreFormat",
    "Season": "collections_app.catalogue.models.Season",
    "Theme": "profiles.profile.models.Theme",
    "TitleLanguage": "profiles.profile.models.TitleLanguage",
    "ViewingState": "collections_app.watch_list.models.ViewingState",
    "WebhookFormat": "profiles.webhooks.models.BodyFormat",
    "Weekday": "collections_app.stats.answers.WEEKDAYS",
}

SPECTACULAR: dict[str, Any] = {
    "TITLE": "animecollections",
    "DESCRIPTION": (
        'Success is `{"success": true, "data": …}`, with `meta` where there is more to '
        "say; every failure has one shape, and its `code` stays what it is. "
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
    "COMPONENT_SPLIT_PATCH": False,  # what a PATCH requires is required
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "animecollections.api.schema_hooks.fit_for_generators",
    ],
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "TAGS": [{"name": name, "description": said} for name, said in TAGS.items()],
}
