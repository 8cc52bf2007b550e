"""The curves' numbers as a figure stores them, and what has moved between two figures."""

from lrviz.numbers.blocks import MAX_NUMBERS as MAX_NUMBERS
from lrviz.numbers.difference import Move as Move
from lrviz.numbers.difference import NumbersDifference as NumbersDifference
from lrviz.numbers.difference import ShapeChange as ShapeChange
from lrviz.numbers.difference import compare_numbers as compare_numbers
from lrviz.numbers.difference import list_moves as list_moves
from lrviz.numbers.recorded import Recorded as Recorded
from lrviz.numbers.recorded import RecordedCurve as RecordedCurve
from lrviz.numbers.recorded import RecordedQuantity as RecordedQuantity
from lrviz.numbers.recorded import parse_numbers as parse_numbers
from lrviz.numbers.summary import record_steps as record_steps
from lrviz.numbers.summary import summarise as summarise
