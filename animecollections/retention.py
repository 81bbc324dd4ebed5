"""Every rule of retention, of all apps: what `manage.py prune` and its job do."""

import collections_app.retention
import history.retention
import profiles.retention
from animecollections.ops.retention import Rule

RULES: tuple[Rule, ...] = (
    *history.retention.RULES,
    *collections_app.retention.RULES,
    *profiles.retention.RULES,
)
