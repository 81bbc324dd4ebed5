"""Admin pages, one module a subject; importing them registers them."""

from profiles.admin import (
    dashboard,
    erasures,
    exports,
    find,
    images,
    missing_titles,
    notices,
    outbox,
    privacy,
    profiles,
    second_factor,
    sign_ins,
    users,
)

__all__ = [
    "dashboard",
    "erasures",
    "exports",
    "find",
    "images",
    "missing_titles",
    "notices",
    "outbox",
    "privacy",
    "profiles",
    "second_factor",
    "sign_ins",
    "users",
]
