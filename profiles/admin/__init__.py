"""Admin pages, one module a subject; importing them registers them."""

from profiles.admin import images, outbox, profiles, sign_ins, users

__all__ = ["images", "outbox", "profiles", "sign_ins", "users"]
