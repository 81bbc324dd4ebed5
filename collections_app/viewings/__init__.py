"""Every time through a title: begun, corrected, taken away."""
