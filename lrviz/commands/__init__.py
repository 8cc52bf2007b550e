"""The commands, one module each: read, drive, hand on, write."""
