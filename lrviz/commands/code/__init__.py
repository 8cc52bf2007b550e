"""A run's schedules as Python to paste into a training script."""
