"""Admin pages, one module a subject; importing them registers them."""

from profiles.email_changes import admin as email_changes
from profiles.feeds import admin as feeds
from profiles.following import admin as following
from profiles.images import admin as images
from profiles.notices import admin as notices
from profiles.notifications import admin as notifications
from profiles.oauth import admin as oauth
from profiles.oidc import admin as oidc
from profiles.personal_data import erasure_admin as erasures
from profiles.personal_data import export_admin as exports
from profiles.personal_data import privacy_request_admin as privacy
from profiles.personal_tokens import admin as personal_tokens
from profiles.profile import admin as profiles
from profiles.second_factor import admin as second_factor
from profiles.sharing import admin as sharing
from profiles.staff.admin import (
    apps,
    dashboard,
    find,
    missing_titles,
    outbox,
    sign_ins,
    users,
)

__all__ = [
    "apps",
    "dashboard",
    "email_changes",
    "erasures",
    "exports",
    "feeds",
    "find",
    "following",
    "images",
    "missing_titles",
    "notices",
    "notifications",
    "oauth",
    "oidc",
    "outbox",
    "personal_tokens",
    "privacy",
    "profiles",
    "second_factor",
    "sharing",
    "sign_ins",
    "users",
]
