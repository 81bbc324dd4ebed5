"""Where a release before the rooms had its tasks: rows it queued name them here. An
upgrade ends its worker before the new server queues rows with the new places.
"""

from profiles.accounts.tasks import (
    mail_invitation,
    mail_password_changed,
    mail_reset,
)
from profiles.personal_data.tasks import mail_erased, remove_files
from profiles.staff.tasks import mail_email_changed, mail_staff_action

__all__ = [
    "mail_email_changed",
    "mail_erased",
    "mail_invitation",
    "mail_password_changed",
    "mail_reset",
    "mail_staff_action",
    "remove_files",
]
