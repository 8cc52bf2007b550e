"""A plan held against what a run logged: whether they agree, and what happened where they part."""
