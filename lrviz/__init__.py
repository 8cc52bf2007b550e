"""See what a PyTorch learning-rate schedule does before a run pays for it."""

__version__ = "0.1.0"
