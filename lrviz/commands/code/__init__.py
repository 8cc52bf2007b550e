"""A run's schedules as Python to paste into a training script."""

from lrviz.commands.code.save import save_code as save_code
from lrviz.commands.code.script import write_code as write_code
