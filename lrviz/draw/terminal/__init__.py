"""A run's curves in characters, for a terminal."""

from lrviz.draw.terminal.picture import draw_terminal
from lrviz.draw.terminal.plan import explain_limits

__all__ = ["draw_terminal", "explain_limits"]
