"""Many specs to many figures: what is up to date is left alone, and no outcome stops the others."""
