"""How gunicorn serves; it reads this file by itself. Values come from settings."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")

from animecollections import settings

bind = f"{settings.HOST}:{settings.PORT}"
# Threads keep their database connection; more workers than cores only worsen p99.
worker_class = "gthread"
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
timeout = 60
graceful_timeout = 20
keepalive = 30
max_requests = 100_000  # a slow leak never becomes an outage
max_requests_jitter = 10_000
limit_request_line = 8190  # GET /api/animes?ids= with 500 ids
