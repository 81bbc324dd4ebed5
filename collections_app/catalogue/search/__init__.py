"""Search over the names of titles."""
