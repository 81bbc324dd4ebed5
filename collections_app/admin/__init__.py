"""Admin pages, one module a subject; importing them registers them."""

from collections_app.admin import catalogue, imports, log, titles, watch_list

__all__ = ["catalogue", "imports", "log", "titles", "watch_list"]
