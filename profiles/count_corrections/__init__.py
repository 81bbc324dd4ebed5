"""What erasures and removals take from the counts of the dashboard."""
