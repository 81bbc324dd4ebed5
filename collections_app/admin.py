"""Admin pages, one module a subject; importing them registers them."""

from collections_app.airing import admin as airing
from collections_app.catalogue.admin import abbreviations, bulk
from collections_app.catalogue.admin import titles as catalogue
from collections_app.imports import admin as imports
from collections_app.lists import admin as lists
from collections_app.merges import admin as titles
from collections_app.recommendations import admin as recommendations
from collections_app.scrobbling import admin as scrobbling
from collections_app.source_facts import admin as source_facts
from collections_app.title_events import admin as title_events
from collections_app.watch_list import admin as watch_list
from collections_app.watch_list import log_admin as log
from collections_app.watch_list import viewing_admin as viewings

__all__ = [
    "abbreviations",
    "airing",
    "bulk",
    "catalogue",
    "imports",
    "lists",
    "log",
    "recommendations",
    "scrobbling",
    "source_facts",
    "title_events",
    "titles",
    "viewings",
    "watch_list",
]
