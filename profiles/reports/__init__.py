"""Reports of what others show, and answers to what staff decided."""
