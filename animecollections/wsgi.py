"""The WSGI application that gunicorn serves."""

import os
import re
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")
django_application = get_wsgi_application()

CHARSET = re.compile(r";\s*charset[^;=]*=[^;]*", re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Text is UTF-8, whatever charset a request names: Django reads the query string
    in it too, and with "base64" fails before any middleware could answer.
    """
    environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    return django_application(environ, start_response)
