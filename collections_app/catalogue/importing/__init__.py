"""Imports of a catalogue."""
