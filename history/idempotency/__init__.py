"""Writes that are safe to repeat."""
