#!/usr/bin/env python
"""Runs the project's commands; `manage.py help` lists them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError
from environs import EnvError

from animecollections.ops.commands import status_of, take_signals_as_ctrl_c


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")
    take_signals_as_ctrl_c()
    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, EnvError) as error:
        sys.exit(f"animecollections cannot start: {error}")
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        says = str(error).partition("\n")[0]
        sys.exit(f"The database does not go on: {says}. DATABASE_URL says where it is.")
    except KeyboardInterrupt as interrupt:  # of a command with nothing better to say
        sys.stderr.write("Interrupted.\n")
        sys.exit(status_of(interrupt))


if __name__ == "__main__":
    main()
