"""Specs are linted and mended, and what was found is listed, for people and for programs."""
