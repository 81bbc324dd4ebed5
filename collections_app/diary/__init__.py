"""The diary: what was watched when, to be read and corrected."""
