"""Admin pages, one module a subject; importing them registers them."""

from collections_app.admin import catalogue, log, watch_list

__all__ = ["catalogue", "log", "watch_list"]
