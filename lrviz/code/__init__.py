"""A run's schedules as Python to paste into a training script."""

from lrviz.code.save import save_code as save_code
from lrviz.code.script import write_code as write_code
