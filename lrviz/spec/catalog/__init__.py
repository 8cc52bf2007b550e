"""The schedulers and optimizers that a spec can name: a closed list, known without any of them."""

from collections.abc import Mapping
from types import MappingProxyType

from lrviz.spec.catalog.entry import Entry as Entry
from lrviz.spec.catalog.entry import Fill as Fill
from lrviz.spec.catalog.timm import TIMM
from lrviz.spec.catalog.torch import OPTIMIZERS as OPTIMIZERS
from lrviz.spec.catalog.torch import TORCH
from lrviz.spec.catalog.transformers import TRANSFORMERS

SCHEDULERS: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in TORCH})
"""torch's own schedulers by name, in the order of the article, composites and SWALR last."""

THIRD_PARTY: Mapping[str, Entry] = MappingProxyType(
    {entry.name: entry for entry in (*TRANSFORMERS, *TIMM)}
)
"""The schedulers of other libraries by name; they are imported when a spec names one."""

CATALOG: Mapping[str, Entry] = MappingProxyType({**SCHEDULERS, **THIRD_PARTY})
"""Every scheduler by name."""

COMPOSITES = frozenset({"SequentialLR", "ChainedScheduler"})
"""The schedulers made of others, which their argument `schedulers` lists."""
