"""Admin pages, one module a subject; importing them registers them."""

from collections_app.catalogue.admin import abbreviations, bulk
from collections_app.catalogue.admin import titles as catalogue
from collections_app.imports import admin as imports
from collections_app.merges import admin as titles
from collections_app.watch_list import admin as watch_list
from collections_app.watch_list import log_admin as log
from collections_app.watch_list import viewing_admin as viewings

__all__ = [
    "abbreviations",
    "bulk",
    "catalogue",
    "imports",
    "log",
    "titles",
    "viewings",
    "watch_list",
]
