"""JSON Schema of a spec, for editors."""
