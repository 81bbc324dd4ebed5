"""Apps as those see them who made them: registered by anybody, free, at once."""
