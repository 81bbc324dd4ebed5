"""Admin pages, one module a subject; importing them registers them."""

from collections_app.admin import (
    abbreviations,
    catalogue,
    imports,
    log,
    titles,
    watch_list,
)

__all__ = ["abbreviations", "catalogue", "imports", "log", "titles", "watch_list"]
