"""Has a curve moved? Specs held against the figures that were drawn from them."""

from lrviz.check.checked import Checked as Checked
from lrviz.commands.checking import Request as Request
from lrviz.commands.checking import check_specs as check_specs
