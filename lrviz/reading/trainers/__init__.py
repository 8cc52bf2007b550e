"""From a trainer's config to the text of a spec; what a config names is read, never imported."""
