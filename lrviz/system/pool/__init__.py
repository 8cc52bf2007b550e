"""Work in several processes, none of which ever loads torch."""

from lrviz.system.pool.count import count_workers as count_workers
from lrviz.system.pool.workers import Workers as Workers
