"""Linting: what looks wrong in a schedule, found from its spec and its curve."""
