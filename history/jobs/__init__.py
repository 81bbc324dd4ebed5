"""What the worker does at set times."""
