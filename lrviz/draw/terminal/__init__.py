"""A run's curves in characters, for a terminal."""
