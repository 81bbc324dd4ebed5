"""One import of a file of facts."""
