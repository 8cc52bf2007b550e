"""Comparing schedules: where they part, by how much, and all of them in one figure."""
