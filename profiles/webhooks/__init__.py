"""Webhooks: programs that are called when something of a person's changes."""
