"""How an installation is kept well: what all commands, jobs and probes share.

Knows no app: the tables that join the apps' parts are animecollections/jobs.py and
animecollections/retention.py.
"""
