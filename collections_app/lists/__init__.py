"""Lists of one's own over HTTP."""
