"""Many specs to many figures: what is up to date is left alone, and no outcome stops the others."""

from lrviz.commands.batch.plan import plan_batch
from lrviz.commands.batch.work import Options, iter_batch

__all__ = ["Options", "iter_batch", "plan_batch"]
