"""The schedulers and optimizers that a spec can name: a closed list, known without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_DOCS = "https://pytorch.org/docs/stable"


@dataclass(frozen=True)
class Entry:
    """A scheduler that a spec can name.

    Attributes:
        name: its class.
        summary: what it does, in one line.
        module: where torch keeps it.
        page: the page of torch's documentation, below its root.
    """

    name: str
    summary: str
    module: str = "torch.optim.lr_scheduler"
    page: str = ""

    @property
    def address(self) -> str:
        """The scheduler's page in torch's documentation."""
        return f"{_DOCS}/{self.page or f'generated/{self.module}.{self.name}.html'}"


_ENTRIES = (
    Entry("LambdaLR", "multiplies the initial LR by a function of the call's number"),
    Entry("MultiplicativeLR", "multiplies the current LR by a function of the call's number"),
    Entry("StepLR", "multiplies the LR by gamma every step_size calls"),
    Entry("MultiStepLR", "multiplies the LR by gamma at every milestone"),
    Entry("ConstantLR", "multiplies the LR by factor for the first total_iters calls"),
    Entry("LinearLR", "moves the LR's factor in a line, start_factor to end_factor"),
    Entry("ExponentialLR", "multiplies the LR by gamma at every call"),
    Entry("PolynomialLR", "takes the LR to zero along a polynomial over total_iters calls"),
    Entry("CosineAnnealingLR", "takes the LR to eta_min along half a cosine over T_max calls"),
    Entry("CosineAnnealingWarmRestarts", "cosine annealing that starts again after T_0 calls"),
    Entry("CyclicLR", "moves the LR up and down between base_lr and max_lr"),
    Entry("OneCycleLR", "one rise to max_lr and one long fall far below where it began"),
    Entry("ReduceLROnPlateau", "multiplies the LR by factor when a metric stops improving"),
    Entry("SequentialLR", "runs one scheduler after another, parted at milestones"),
    Entry("ChainedScheduler", "calls several schedulers at once: their factors multiply"),
    Entry(
        "SWALR",
        "moves the LR to swa_lr over anneal_epochs calls and holds it",
        module="torch.optim.swa_utils",
        page="optim.html#torch.optim.swa_utils.SWALR",
    ),
)

SCHEDULERS: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
"""Every scheduler by name, in the order of the article, composites and SWALR last."""

COMPOSITES = frozenset({"SequentialLR", "ChainedScheduler"})
"""The schedulers made of others, which their argument `schedulers` lists."""

OPTIMIZERS = (
    "ASGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "LBFGS",
    "Muon",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SGD",
    "SparseAdam",
)
"""The optimizer classes of torch.optim; an old torch may lack some."""
