"""Every rule of retention, of all apps: what `manage.py trim` and its job carry out."""

import history.retention
import profiles.retention
from animecollections.upkeep.retention import Rule

RULES: tuple[Rule, ...] = (*history.retention.RULES, *profiles.retention.RULES)
