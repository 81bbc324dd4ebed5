"""Every write to accounts, profiles and images."""
