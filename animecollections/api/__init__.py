"""The API's manners, one noun a file. Knows no app and has no table."""
