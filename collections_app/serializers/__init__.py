"""The shape of JSON in and out, one noun a file."""
