"""When episodes air: computed from what is known of a title, and stored."""
