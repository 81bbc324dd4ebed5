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
from profiles.personal_tokens.views import PersonalTokensViewSet
from profiles.profile.views import PreferencesViewSet, ProfileViewSet
from profiles.public_pages.feed_views import PersonFeedsViewSet
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
from profiles.sharing.public_views import PeopleViewSet, SharedViewSet
from profiles.sharing.views import SharesViewSet, ViewAsViewSet
from profiles.sync.ticket_views import TicketViewSet
from profiles.sync.views import SocketSchemaViewSet, SyncViewSet

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
    path("user/feeds", FeedsViewSet.as_view({"get": "list", "post": "create"})),
    path("user/feeds/<str:feed_id>", FeedsViewSet.as_view({"delete": "destroy"})),
    path("user/feeds/<str:feed_id>/rotate", FeedsViewSet.as_view({"post": "rotate"})),
    path("user/shares", SharesViewSet.as_view({"get": "list", "post": "create"})),
    path("user/shares/<str:share_id>", SharesViewSet.as_view({"delete": "destroy"})),
    path(
        "user/shares/<str:share_id>/rotate", SharesViewSet.as_view({"post": "rotate"})
    ),
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
