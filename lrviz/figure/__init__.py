"""A picture as bytes: its record, its numbers, PNG and WebP."""
