"""Lists of one's own: what they are, where a title stands in one, how they change."""
