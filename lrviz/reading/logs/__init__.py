"""From what a training run wrote to its `Log`; told by content, read within limits, nothing run."""
