"""Notices to everyone, for a while."""
