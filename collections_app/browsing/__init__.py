"""The catalogue over HTTP, with the reader's own entry of a title."""
