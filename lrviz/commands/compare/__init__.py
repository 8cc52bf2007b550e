"""Comparing schedules: where they part, by how much, and all of them in one figure."""

from lrviz.commands.compare.combine import combine_runs as combine_runs
from lrviz.commands.compare.command import compare_specs as compare_specs
from lrviz.commands.compare.curves import Comparison as Comparison
from lrviz.commands.compare.curves import Difference as Difference
from lrviz.commands.compare.curves import compare_curves as compare_curves
from lrviz.commands.compare.names import name_sources as name_sources
from lrviz.commands.compare.table import format_table as format_table
