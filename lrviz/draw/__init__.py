"""Drawing: from a run to a figure, pixels or bytes; the only stage that knows matplotlib."""
