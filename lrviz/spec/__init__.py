"""The spec: from YAML text to a checked value, without torch."""
