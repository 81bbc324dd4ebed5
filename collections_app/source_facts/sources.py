"""What the worker imports by itself, where an operator names files or addresses:
CATALOGUE_SOURCES, then FACT_SOURCES.
"""

import logging
from io import StringIO

from django.conf import settings
from django.core.management import CommandError, call_command

logger = logging.getLogger(__name__)


class SourceFailed(Exception):  # noqa: N818 - the job's outcome
    """One source could not be imported; the others were."""


def import_all() -> str:
    """Each as its command does: what is the same writes nothing. A source that fails
    keeps no other from its turn.
    """
    wanted = [("import_catalog", path) for path in settings.CATALOGUE_SOURCES]
    wanted += [("import_facts", path) for path in settings.FACT_SOURCES]
    said, failed = [], []
    for command, path in wanted:
        out = StringIO()
        try:
            call_command(command, path, verbosity=0, stdout=out)
        except CommandError as error:
            failed.append(str(error).partition("\n")[0])
        except Exception as error:
            logger.exception("The source %s could not be imported", path)
            failed.append(f"{path}: {type(error).__name__}, which the log has.")
        else:
            said.append(out.getvalue().partition("\n")[0])
    if failed:
        raise SourceFailed(" ".join([*failed, *said]))
    return " ".join(said) or "no sources are named"
