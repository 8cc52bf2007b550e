"""Work in several processes, none of which ever loads torch."""

from lrviz.pool.count import count_workers as count_workers
from lrviz.pool.workers import Workers as Workers
