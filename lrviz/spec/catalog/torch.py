"""torch's own schedulers and optimizers, in the order of the article, composites and SWALR last."""

from lrviz.spec.catalog.entry import Entry

_ANNEAL = {"anneal_strategy": "shape of the way: cos or linear"}
_CYCLE_MOMENTUM = {
    "cycle_momentum": "move momentum (or the first beta) against the LR",
    "base_momentum": "lowest momentum, where the LR is highest",
    "max_momentum": "highest momentum, where the LR is lowest",
}
_LAMBDA = {
    "lr_lambda": "factor as an expression in `epoch`, the count of calls; one, or one a group"
}

PLATEAU = {
    "mode": "min where less is better, max where more is",
    "factor": "factor of each drop",
    "patience": "calls without improvement before a drop",
    "threshold": "what counts as improvement",
    "threshold_mode": "threshold is relative (rel) or absolute (abs)",
    "cooldown": "calls to wait after a drop",
    "min_lr": "lowest LR; one, or one a group",
    "eps": "smallest change that is made",
}
METRIC = 'metric: {expression: "max(exp(-step / 4), 0.1)"}'
"""The line of an example that gives a metric."""

TORCH = (
    Entry(
        "StepLR",
        "multiplies the LR by gamma every step_size calls",
        {"step_size": "calls between two drops", "gamma": "factor of each drop"},
        "step_size: 8\ngamma: 0.5",
    ),
    Entry(
        "MultiStepLR",
        "multiplies the LR by gamma at every milestone",
        {"milestones": "calls at which the LR drops", "gamma": "factor of each drop"},
        "milestones: [8, 24, 28]\ngamma: 0.5",
    ),
    Entry(
        "ConstantLR",
        "multiplies the LR by factor for the first total_iters calls",
        {"factor": "factor until then", "total_iters": "calls until the full LR"},
        "factor: 0.5\ntotal_iters: 8",
    ),
    Entry(
        "LinearLR",
        "moves the LR's factor in a straight line, the usual warm-up",
        {
            "start_factor": "factor at the first step",
            "end_factor": "factor at the end of the line",
            "total_iters": "calls until the end of the line",
        },
        "start_factor: 0.1\ntotal_iters: 8",
    ),
    Entry(
        "ExponentialLR",
        "multiplies the LR by gamma at every call",
        {"gamma": "factor of each call"},
        "gamma: 0.9",
    ),
    Entry(
        "PolynomialLR",
        "takes the LR to zero along a polynomial over total_iters calls",
        {"total_iters": "calls until zero", "power": "1 is a straight line, 2 a parabola"},
        "total_iters: 32\npower: 2",
    ),
    Entry(
        "CosineAnnealingLR",
        "takes the LR to eta_min along half a cosine over T_max calls",
        {"T_max": "calls until the lowest LR; past it the LR climbs", "eta_min": "lowest LR"},
        "T_max: =total_calls\neta_min: 1e-5",
    ),
    Entry(
        "CosineAnnealingWarmRestarts",
        "cosine annealing that starts again, after T_0 calls for the first time",
        {
            "T_0": "calls until the first restart",
            "T_mult": "each cycle is that many times the last",
            "eta_min": "lowest LR",
        },
        "T_0: 8\nT_mult: 1\neta_min: 1e-5",
    ),
    Entry(
        "CyclicLR",
        "moves the LR up and down between base_lr and max_lr",
        {
            "base_lr": "lowest LR; one, or one a group",
            "max_lr": "highest LR; one, or one a group",
            "step_size_up": "calls on the way up",
            "step_size_down": "calls on the way down; as many as up unless given",
            "mode": "triangular, triangular2 (halved each cycle) or exp_range (times gamma a call)",
            "gamma": "factor of exp_range",
            "scale_fn": "height as an expression in `x`, in place of mode",
            "scale_mode": "what x counts: cycle or iterations",
            **_CYCLE_MOMENTUM,
        },
        "base_lr: 1e-4\nmax_lr: 1e-3\nstep_size_up: 4\nmode: triangular2",
    ),
    Entry(
        "OneCycleLR",
        "one rise to max_lr and one long fall, far below where it began",
        {
            "max_lr": "highest LR; one, or one a group",
            "total_steps": "calls of the whole cycle",
            "epochs": "with steps_per_epoch, in place of total_steps",
            "steps_per_epoch": "with epochs, in place of total_steps",
            "pct_start": "share of the cycle spent rising",
            **_ANNEAL,
            **_CYCLE_MOMENTUM,
            "div_factor": "the first LR is max_lr divided by it",
            "final_div_factor": "the last LR is the first divided by it",
            "three_phase": "fall back to the first LR before the final fall",
        },
        "max_lr: 1e-3\ntotal_steps: =total_calls",
    ),
    Entry(
        "ReduceLROnPlateau",
        "multiplies the LR by factor when a metric has stopped improving",
        PLATEAU,
        "factor: 0.5\npatience: 4",
        takes_metric=True,
        extra=METRIC,
    ),
    Entry(
        "LambdaLR",
        "multiplies the initial LR by a function of the count of calls",
        _LAMBDA,
        "lr_lambda: 0.9 ** epoch",
    ),
    Entry(
        "MultiplicativeLR",
        "multiplies the current LR by a function of the count of calls",
        _LAMBDA,
        "lr_lambda: 1.1 if epoch < 8 else 0.9",
    ),
    Entry(
        "SequentialLR",
        "runs one scheduler after another, parted at milestones",
        {
            "schedulers": "the schedulers, in order",
            "milestones": "calls at which the next one takes over",
        },
        "schedulers:\n"
        "  - LinearLR: {start_factor: 0.1, total_iters: 8}\n"
        "  - CosineAnnealingLR: {T_max: =total_calls - 8, eta_min: 1e-5}\n"
        "milestones: [8]",
    ),
    Entry(
        "ChainedScheduler",
        "calls several schedulers at every call: their factors multiply",
        {"schedulers": "the schedulers, in the order of their calls"},
        "schedulers:\n"
        "  - ConstantLR: {factor: 0.5, total_iters: 8}\n"
        "  - ExponentialLR: {gamma: 0.9}",
    ),
    Entry(
        "SWALR",
        "moves the LR to swa_lr over anneal_epochs calls and holds it there",
        {
            "swa_lr": "LR to move to; one, or one a group",
            "anneal_epochs": "calls on the way",
            **_ANNEAL,
        },
        "swa_lr: 1e-4\nanneal_epochs: 16",
        module="torch.optim.swa_utils",
        page="optim.html#torch.optim.swa_utils.SWALR",
    ),
)

OPTIMIZERS = (
    *("ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "Muon"),
    *("NAdam", "RAdam", "RMSprop", "Rprop", "SGD", "SparseAdam"),
)
"""The optimizer classes of torch.optim; an old torch may lack some."""
