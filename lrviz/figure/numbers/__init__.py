"""The curves' numbers as a figure stores them, and what has moved between two figures."""

from lrviz.figure.numbers.blocks import MAX_NUMBERS as MAX_NUMBERS
from lrviz.figure.numbers.difference import Move as Move
from lrviz.figure.numbers.difference import NumbersDifference as NumbersDifference
from lrviz.figure.numbers.difference import ShapeChange as ShapeChange
from lrviz.figure.numbers.difference import compare_numbers as compare_numbers
from lrviz.figure.numbers.difference import list_moves as list_moves
from lrviz.figure.numbers.recorded import Recorded as Recorded
from lrviz.figure.numbers.recorded import RecordedCurve as RecordedCurve
from lrviz.figure.numbers.recorded import RecordedQuantity as RecordedQuantity
from lrviz.figure.numbers.recorded import parse_numbers as parse_numbers
from lrviz.figure.numbers.summary import record_steps as record_steps
from lrviz.figure.numbers.summary import summarise as summarise
