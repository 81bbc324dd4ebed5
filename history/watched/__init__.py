"""Episodes watched, by day."""
