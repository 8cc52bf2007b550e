"""A run as a page in a browser."""
