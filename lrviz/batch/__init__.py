"""Many specs to many figures: what is up to date is left alone, and no outcome stops the others."""

from lrviz.batch.outcome import Outcome, summarise
from lrviz.batch.plan import plan_batch
from lrviz.batch.work import Options, iter_batch

__all__ = ["Options", "Outcome", "iter_batch", "plan_batch", "summarise"]
