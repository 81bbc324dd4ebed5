"""The addresses of this app, under /api."""

from django.urls import path

from animecollections.api.openapi import ApiSchema
from profiles.accounts.views import (
    ConfirmResetViewSet,
    PasswordViewSet,
    ResetViewSet,
    SessionViewSet,
    SignInViewSet,
    SignOutViewSet,
    SignUpViewSet,
    TokenViewSet,
)
from profiles.app_access.views import AppAccessViewSet
from profiles.developers.views import RegisteredAppsViewSet
from profiles.devices.views import DevicesViewSet
from profiles.email_changes.views import EmailLinkViewSet, EmailViewSet
from profiles.feeds.views import FeedsViewSet
from profiles.follow_feed.views import FollowFeedViewSet
from profiles.following.together_views import OffersViewSet, TogetherViewSet
from profiles.following.views import (
    BlocksViewSet,
    FollowersViewSet,
    FollowingViewSet,
    RequestsViewSet,
    TiesViewSet,
    WatchersViewSet,
)
from profiles.images.views import ImagesViewSet, UploadViewSet
from profiles.notices.views import NoticesViewSet
from profiles.notifications.views import (
    MutedTitlesViewSet,
    PushViewSet,
    UnsubscribeViewSet,
    UserNoticesViewSet,
)
from profiles.oidc.views import (
    BeginViewSet,
    ConnectViewSet,
    IdentitiesViewSet,
    JoinViewSet,
    ProvidersViewSet,
)
from profiles.personal_data.erasure_views import ErasureViewSet
from profiles.personal_data.views import ExportViewSet
from profiles.personal_tokens.scrobble_views import ScrobbleAddressViewSet
from profiles.personal_tokens.views import PersonalTokensViewSet
from profiles.profile.views import PreferencesViewSet, ProfileViewSet
from profiles.public_pages.feed_views import PersonFeedsViewSet
from profiles.reports.views import (
    DecisionsViewSet,
    OwnReportsViewSet,
    ReportsViewSet,
)
from profiles.sandboxes.views import SandboxResetViewSet
from profiles.second_factor.sign_in_views import (
    KeepFactorsViewSet,
    PasskeyOptionsViewSet,
    PasskeySignInViewSet,
    SecondFactorViewSet,
)
from profiles.second_factor.views import (
    AuthenticatorViewSet,
    PasskeysViewSet,
    ProofViewSet,
    RecoveryCodesViewSet,
    SecurityViewSet,
)
from profiles.sharing.public_views import (
    CompareViewSet,
    PeopleViewSet,
    SharedViewSet,
)
from profiles.sharing.views import SharesViewSet, ViewAsViewSet
from profiles.sync.ticket_views import TicketViewSet
from profiles.sync.views import SocketSchemaViewSet, SyncViewSet
from profiles.webhooks.views import DeliveriesViewSet, WebhooksViewSet

urlpatterns = [
    path("notices", NoticesViewSet.as_view({"get": "list"})),
    path("schema/socket", SocketSchemaViewSet.as_view({"get": "retrieve"})),
    path("auth/signup", SignUpViewSet.as_view({"post": "create"})),
    path("auth/signin", SignInViewSet.as_view({"post": "create"})),
    path("auth/second-factor", SecondFactorViewSet.as_view({"post": "create"})),
    path(
        "auth/second-factor/lost", SecondFactorViewSet.as_view({"post": "remove_lost"})
    ),
    path("auth/second-factor/keep", KeepFactorsViewSet.as_view({"post": "create"})),
    path("auth/passkey", PasskeySignInViewSet.as_view({"post": "create"})),
    path("auth/passkey/options", PasskeyOptionsViewSet.as_view({"post": "create"})),
    path("auth/signout", SignOutViewSet.as_view({"post": "create"})),
    path("auth/session", SessionViewSet.as_view({"get": "retrieve"})),
    path("auth/token", TokenViewSet.as_view({"post": "create"})),
    path("auth/token/refresh", TokenViewSet.as_view({"post": "refresh"})),
    path("auth/token/revoke", TokenViewSet.as_view({"post": "revoke"})),
    path("auth/ticket", TicketViewSet.as_view({"post": "create"})),
    path("auth/prove", ProofViewSet.as_view({"post": "create"})),
    path("auth/password", PasswordViewSet.as_view({"post": "create"})),
    path("auth/password/reset", ResetViewSet.as_view({"post": "create"})),
    path(
        "auth/password/reset/confirm", ConfirmResetViewSet.as_view({"post": "create"})
    ),
    path("auth/email", EmailViewSet.as_view({"get": "retrieve", "post": "create"})),
    path("auth/email/confirm", EmailLinkViewSet.as_view({"post": "confirm"})),
    path("auth/email/take-back", EmailLinkViewSet.as_view({"post": "take_back"})),
    path("auth/oidc", ProvidersViewSet.as_view({"get": "list"})),
    path("auth/oidc/<str:provider_id>", BeginViewSet.as_view({"get": "retrieve"})),
    path(
        "auth/connect",
        ConnectViewSet.as_view({"get": "retrieve", "post": "create"}),
    ),
    path("auth/connect/join", JoinViewSet.as_view({"post": "create"})),
    path(
        "user/identities",
        IdentitiesViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "user/identities/<str:identity_id>",
        IdentitiesViewSet.as_view({"delete": "destroy"}),
    ),
    # By POST too: proxies drop the body of a DELETE.
    path("user", ErasureViewSet.as_view({"delete": "destroy"})),
    path("user/erase", ErasureViewSet.as_view({"post": "create"})),
    path("user/export", ExportViewSet.as_view({"get": "retrieve"})),
    path("user/export/fidelity", ExportViewSet.as_view({"get": "fidelity"})),
    path(
        "user/tokens", PersonalTokensViewSet.as_view({"get": "list", "post": "create"})
    ),
    path(
        "user/tokens/<str:token_id>",
        PersonalTokensViewSet.as_view({"delete": "destroy"}),
    ),
    path("sandbox/reset", SandboxResetViewSet.as_view({"post": "create"})),
    path("user/apps", AppAccessViewSet.as_view({"get": "list"})),
    path("user/apps/<str:app_id>", AppAccessViewSet.as_view({"delete": "destroy"})),
    path("user/apps/<str:app_id>/undo", AppAccessViewSet.as_view({"post": "undo"})),
    path(
        "user/developer/apps",
        RegisteredAppsViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "user/developer/apps/<str:app_id>",
        RegisteredAppsViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
    path(
        "user/developer/apps/<str:app_id>/rotate",
        RegisteredAppsViewSet.as_view({"post": "rotate"}),
    ),
    path(
        "user/sessions",
        DevicesViewSet.as_view({"get": "list", "delete": "destroy_others"}),
    ),
    path(
        "user/sessions/<str:device_id>", DevicesViewSet.as_view({"delete": "destroy"})
    ),
    path("user/security", SecurityViewSet.as_view({"get": "retrieve"})),
    path("user/security/keep-factors", SecurityViewSet.as_view({"post": "keep"})),
    path(
        "user/authenticator",
        AuthenticatorViewSet.as_view({"post": "create", "delete": "destroy"}),
    ),
    path(
        "user/authenticator/confirm", AuthenticatorViewSet.as_view({"post": "confirm"})
    ),
    path("user/recovery-codes", RecoveryCodesViewSet.as_view({"post": "create"})),
    path("user/passkeys", PasskeysViewSet.as_view({"get": "list", "post": "create"})),
    path("user/passkeys/options", PasskeysViewSet.as_view({"post": "options_to_add"})),
    path(
        "user/passkeys/<str:passkey_id>",
        PasskeysViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
    path("user/sync", SyncViewSet.as_view({"get": "list"})),
    path(
        "user/profile",
        ProfileViewSet.as_view(
            {"get": "retrieve", "post": "create", "patch": "partial_update"}
        ),
    ),
    path("user/updateProfile", ProfileViewSet.as_view({"post": "update_identity"})),
    path(
        "user/preferences",
        PreferencesViewSet.as_view(
            {"get": "retrieve", "post": "create", "patch": "partial_update"}
        ),
    ),
    # The address in the documentation, and the one that the web client calls.
    path(
        "saveUserPreferences",
        PreferencesViewSet.as_view(
            {"post": "create"}, schema=ApiSchema("saveUserPreferences")
        ),
    ),
    path(
        "user/saveUserPreferences",
        PreferencesViewSet.as_view(
            {"post": "create"}, schema=ApiSchema("saveUserPreferencesToo")
        ),
    ),
    path(
        "scrobble/<str:token>",
        ScrobbleAddressViewSet.as_view({"post": "create"}, schema=None),
    ),
    path("user/feeds", FeedsViewSet.as_view({"get": "list", "post": "create"})),
    path("user/feeds/<str:feed_id>", FeedsViewSet.as_view({"delete": "destroy"})),
    path("user/feeds/<str:feed_id>/rotate", FeedsViewSet.as_view({"post": "rotate"})),
    path("user/webhooks", WebhooksViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "user/webhooks/<str:webhook_id>",
        WebhooksViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
    path(
        "user/webhooks/<str:webhook_id>/rotate",
        WebhooksViewSet.as_view({"post": "rotate"}),
    ),
    path(
        "user/webhooks/<str:webhook_id>/test",
        WebhooksViewSet.as_view({"post": "test"}),
    ),
    path(
        "user/webhooks/<str:webhook_id>/deliveries",
        DeliveriesViewSet.as_view({"get": "list"}),
    ),
    path(
        "user/webhooks/<str:webhook_id>/deliveries/<str:delivery_id>/redeliver",
        DeliveriesViewSet.as_view({"post": "redeliver"}),
    ),
    path("user/shares", SharesViewSet.as_view({"get": "list", "post": "create"})),
    path("user/shares/<str:share_id>", SharesViewSet.as_view({"delete": "destroy"})),
    path(
        "user/shares/<str:share_id>/rotate", SharesViewSet.as_view({"post": "rotate"})
    ),
    path("reports", ReportsViewSet.as_view({"post": "create"})),
    path("user/reports", OwnReportsViewSet.as_view({"get": "list"})),
    path("user/moderation", DecisionsViewSet.as_view({"get": "list"})),
    path(
        "user/moderation/<str:moderation_id>/answer",
        DecisionsViewSet.as_view({"post": "answer"}),
    ),
    path("user/following", TiesViewSet.as_view({"get": "following"})),
    path(
        "user/following/<str:user_name>",
        FollowingViewSet.as_view(
            {"get": "retrieve", "put": "update", "delete": "destroy"}
        ),
    ),
    path(
        "user/following/<str:user_name>/together",
        OffersViewSet.as_view({"post": "create"}),
    ),
    path("user/together", TogetherViewSet.as_view({"get": "list"})),
    path(
        "user/together/<str:together_id>",
        TogetherViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("animes/<str:anime_id>/following", WatchersViewSet.as_view({"get": "list"})),
    path("user/followers", TiesViewSet.as_view({"get": "followers"})),
    path(
        "user/followers/<str:user_name>",
        FollowersViewSet.as_view({"delete": "destroy"}),
    ),
    path("user/requests", TiesViewSet.as_view({"get": "requests"})),
    path(
        "user/requests/<str:user_name>",
        RequestsViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("user/blocks", TiesViewSet.as_view({"get": "blocks"})),
    path(
        "user/blocks/<str:user_name>",
        BlocksViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("user/feed", FollowFeedViewSet.as_view({"get": "list"})),
    path("user/view-as", ViewAsViewSet.as_view({"get": "retrieve"})),
    path("shared/<str:token>", SharedViewSet.as_view({"get": "retrieve"})),
    # Before what takes any id, with a dot in it too.
    path(
        "users/<str:user_name>/watchList.rss",
        PersonFeedsViewSet.as_view({"get": "watch_list_rss"}),
    ),
    path(
        "users/<str:user_name>/watchList.json",
        PersonFeedsViewSet.as_view({"get": "watch_list_json"}),
    ),
    path(
        "users/<str:user_name>/lists/<str:list_id>.rss",
        PersonFeedsViewSet.as_view({"get": "list_rss"}),
    ),
    path(
        "users/<str:user_name>/lists/<str:list_id>.json",
        PersonFeedsViewSet.as_view({"get": "list_json"}),
    ),
    path("users/<str:user_name>", PeopleViewSet.as_view({"get": "retrieve"})),
    path(
        "users/<str:user_name>/watchList", PeopleViewSet.as_view({"get": "watch_list"})
    ),
    path("users/<str:user_name>/lists", PeopleViewSet.as_view({"get": "lists"})),
    path(
        "users/<str:user_name>/lists/<str:list_id>",
        PeopleViewSet.as_view({"get": "list_items"}),
    ),
    path("users/<str:user_name>/stats", PeopleViewSet.as_view({"get": "stats"})),
    path(
        "users/<str:user_name>/year/<int:year>", PeopleViewSet.as_view({"get": "year"})
    ),
    path("users/<str:user_name>/compare", CompareViewSet.as_view({"get": "retrieve"})),
    path("user/notices", UserNoticesViewSet.as_view({"get": "list"})),
    path("user/notices/read", UserNoticesViewSet.as_view({"post": "read"})),
    path("user/notices/mutes", MutedTitlesViewSet.as_view({"get": "list"})),
    path(
        "user/notices/mutes/<str:anime_id>",
        MutedTitlesViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("user/push", PushViewSet.as_view({"get": "list", "post": "create"})),
    path("user/push/<str:browser_id>", PushViewSet.as_view({"delete": "destroy"})),
    path("unsubscribe/<str:secret>", UnsubscribeViewSet.as_view({"post": "create"})),
    path("uploadImage", UploadViewSet.as_view({"post": "create"})),
    path("user/images", ImagesViewSet.as_view({"get": "list"})),
    path("user/images/<str:image_id>", ImagesViewSet.as_view({"delete": "destroy"})),
]
