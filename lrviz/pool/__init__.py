"""Work in several processes, none of which ever loads torch."""

from lrviz.pool.workers import Workers as Workers
