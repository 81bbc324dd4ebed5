"""Admin pages, one module a subject; importing them registers them."""

from profiles.admin import erasures, find, images, outbox, profiles, sign_ins, users

__all__ = ["erasures", "find", "images", "outbox", "profiles", "sign_ins", "users"]
