"""Admin pages, one module a subject; importing them registers them."""

from collections_app.admin import (
    abbreviations,
    bulk,
    catalogue,
    imports,
    log,
    titles,
    watch_list,
)

__all__ = [
    "abbreviations",
    "bulk",
    "catalogue",
    "imports",
    "log",
    "titles",
    "watch_list",
]
