"""A run's curves in characters, for a terminal."""

from lrviz.terminal.picture import draw_terminal

__all__ = ["draw_terminal"]
