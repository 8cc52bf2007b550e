"""A run in one sentence: for a terminal, and for who cannot see its figure."""

from lrviz.sentence.sentence import MAX_LENGTH as MAX_LENGTH
from lrviz.sentence.sentence import describe_curves as describe_curves
