"""What a newcomer writes in a spec is taken as meant, or answered with the line to write.

The answers are the contract: each line as it is printed, behind the name of the file.
"""

import math
from inspect import signature

import pytest
import torch
from torch.optim import lr_scheduler
from transformers.optimization import TYPE_TO_SCHEDULER_FUNCTION
from transformers.trainer_utils import SchedulerType

import lrviz
from lrviz.commands.code.lambdas import translate
from lrviz.errors import SpecError
from lrviz.linter.engine import lint_run
from lrviz.linter.rules import RULES
from lrviz.reading.sources import parse_data
from lrviz.spec.belonging import list_order
from lrviz.spec.catalog import OPTIMIZERS
from lrviz.spec.edit import Document, EditError
from lrviz.spec.parse import parse_spec
from lrviz.spec.usual import list_short
from lrviz.spec.wording import suggest
from lrviz.spec.yamltree import parse_yaml
from tests.support.training import make_optimizer

RUN = "epochs: 4\n"
LAMBDA = "epochs: 8\nscheduler: {LambdaLR: {lr_lambda: '%s'}}\n"
TORCH = "torch.optim.lr_scheduler"
WARM = "get_linear_schedule_with_warmup"

WRONG: list[tuple[str, str, list[str]]] = [
    (
        'lr "1e-3"',
        'epochs: 8\noptimizer:\n  SGD:\n    lr: "1e-3"\nscheduler: {ExponentialLR: {gamma: 0.9}}\n',
        ["4:5: optimizer.SGD.lr: must be a number, got '1e-3'; write 1e-3, without quotes"],
    ),
    (
        "lr 50 %",
        "epochs: 8\noptimizer:\n  SGD:\n    lr: 50 %\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["4:5: optimizer.SGD.lr: must be a number, got '50 %'; write 0.5"],
    ),
    (
        "lr 0,001",
        "epochs: 8\noptimizer:\n  SGD:\n    lr: 0,001\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["4:5: optimizer.SGD.lr: must be a number, got '0,001'; write 0.001"],
    ),
    (
        "lr 1e-3f",
        "epochs: 8\noptimizer:\n  SGD:\n    lr: 1e-3f\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["4:5: optimizer.SGD.lr: must be a number, got '1e-3f'; write 1e-3"],
    ),
    (
        "lr 10k",
        "epochs: 8\noptimizer:\n  SGD:\n    lr: 10k\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["4:5: optimizer.SGD.lr: must be a number, got '10k'; write 10000"],
    ),
    (
        "lr 10^-3",
        "epochs: 8\noptimizer:\n  SGD:\n    lr: 10^-3\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        [
            "4:5: optimizer.SGD.lr: must be a number, got '10^-3'; a formula begins with a "
            "sign: =10**-3"
        ],
    ),
    (
        "lr 1/3",
        "epochs: 8\noptimizer:\n  SGD:\n    lr: 1/3\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["4:5: optimizer.SGD.lr: must be a number, got '1/3'; a formula begins with a sign: =1/3"],
    ),
    (
        "lr 1e\u22123",
        "epochs: 8\noptimizer: {SGD: {lr: 1e\u22123}}\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["2:19: optimizer.SGD.lr: must be a number, got '1e\u22123'; write 1e-3"],
    ),
    (
        "lr float('inf')",
        "epochs: 8\noptimizer:\n  SGD:\n    lr: float('inf')\nscheduler: {ExponentialLR: "
        "{gamma: 0.9}}\n",
        ["4:5: optimizer.SGD.lr: must be a number, got 'float('inf')'; write .inf"],
    ),
    (
        "lr flow comma",
        "epochs: 8\noptimizer: {SGD: {lr: 0,001}}\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["2:19: optimizer.SGD.lr: YAML splits it at the comma; write lr: 0.001"],
    ),
    (
        "lr =0.1^2",
        "epochs: 8\noptimizer:\n  SGD:\n    lr: =0.1^2\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["4:5: optimizer.SGD.lr: only arithmetic is allowed, not bitxor; write 0.1**2"],
    ),
    (
        'step_size "10"',
        'epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  StepLR:\n    step_size: "10"\n',
        [
            "5:5: scheduler.StepLR.step_size: must be a whole number, got '10'; write 10, "
            "without quotes"
        ],
    ),
    (
        "step_size 50%",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  StepLR:\n    step_size: 50%\n",
        [
            "5:5: scheduler.StepLR.step_size: must be a whole number, got '50%'; for 50 % of "
            "the run write =ceil(0.5 * total_steps)"
        ],
    ),
    (
        "step_size 1_000",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  StepLR:\n    step_size: 1_000\n",
        ["5:5: scheduler.StepLR.step_size: must be a whole number, got '1_000'; write 1000"],
    ),
    (
        "step_size 10k",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  StepLR:\n    step_size: 10k\n",
        ["5:5: scheduler.StepLR.step_size: must be a whole number, got '10k'; write 10000"],
    ),
    (
        "step_size 1,000",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  StepLR:\n    step_size: 1,000\n",
        ["5:5: scheduler.StepLR.step_size: must be a whole number, got '1,000'; write 1000"],
    ),
    (
        "step_size epochs/2",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  StepLR:\n    step_size: epochs/2\n",
        [
            "5:5: scheduler.StepLR.step_size: must be a whole number, got 'epochs/2'; a "
            "formula begins with a sign: =epochs/2"
        ],
    ),
    (
        "step int comma flow",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: {StepLR: {step_size: 1,000}}\n",
        ["3:22: scheduler.StepLR.step_size: YAML splits it at the comma; write step_size: 1000"],
    ),
    (
        'milestones "10, 20"',
        'epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  MultiStepLR:\n    milestones: "10, 20"\n',
        [
            "5:5: scheduler.MultiStepLR.milestones: must be a list of numbers, got '10, 20'; "
            "write [10, 20]"
        ],
    ),
    (
        "milestones (10, 20)",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  MultiStepLR:\n    milestones: (10, 20)\n",
        [
            "5:5: scheduler.MultiStepLR.milestones: must be a list of numbers, got '(10, 20)'; "
            "write [10, 20]"
        ],
    ),
    (
        "milestones 10",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  MultiStepLR:\n    milestones: 10\n",
        ["5:5: scheduler.MultiStepLR.milestones: must be a list of numbers, got 10; write [10]"],
    ),
    (
        "milestones ['10', '20']",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  MultiStepLR:\n    milestones: ['10', '20']\n",
        [
            "5:18: scheduler.MultiStepLR.milestones.0: must be a whole number, got '10'; write "
            "10, without quotes"
        ],
    ),
    (
        "milestones [50%, 75%]",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  MultiStepLR:\n    milestones: [50%, 75%]\n",
        [
            "5:18: scheduler.MultiStepLR.milestones.0: must be a whole number, got '50%'; for "
            "50 % of the run write =ceil(0.5 * total_steps)"
        ],
    ),
    (
        "milestones flow paren",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: {MultiStepLR: {milestones: (10, 20)}}\n",
        [
            "3:27: scheduler.MultiStepLR.milestones: YAML splits it at the comma; write "
            "milestones: [10, 20]"
        ],
    ),
    (
        "betas (0.9, 0.95)",
        "epochs: 4\noptimizer:\n  AdamW:\n    betas: (0.9, 0.95)\nscheduler: {ExponentialLR: "
        "{gamma: 0.9}}\n",
        [
            "4:5: optimizer.AdamW.betas: must be a list of numbers, got '(0.9, 0.95)'; write "
            "[0.9, 0.95]"
        ],
    ),
    (
        "betas flow paren",
        "epochs: 4\noptimizer: {AdamW: {lr: 1, betas: (0.9, 0.95)}}\nscheduler: "
        "{ExponentialLR: {gamma: 0.9}}\n",
        ["2:28: optimizer.AdamW.betas: YAML splits it at the comma; write betas: [0.9, 0.95]"],
    ),
    (
        "cycle_momentum yes",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  CyclicLR:\n    base_lr: 0.1\n    max_lr: "
        "1\n    cycle_momentum: yes\n",
        ["7:5: scheduler.CyclicLR.cycle_momentum: must be true or false, got 'yes'; write true"],
    ),
    (
        "cycle_momentum 'true'",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  CyclicLR:\n    base_lr: 0.1\n    max_lr: "
        "1\n    cycle_momentum: 'true'\n",
        ["7:5: scheduler.CyclicLR.cycle_momentum: must be true or false, got 'true'; write true"],
    ),
    (
        "choice mode",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  CyclicLR:\n    base_lr: 0.1\n    max_lr: "
        "1\n    cycle_momentum: false\n    mode: Triangular\n",
        [
            "8:5: scheduler.CyclicLR.mode: must be one of triangular, triangular2, exp_range, "
            "got 'Triangular'; did you mean 'triangular'?"
        ],
    ),
    (
        "anneal cosine",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler:\n  OneCycleLR:\n    max_lr: 0.1\n    "
        "total_steps: 64\n    anneal_strategy: cosine\n",
        [
            "7:5: scheduler.OneCycleLR.anneal_strategy: must be one of cos, linear, got "
            "'cosine'; did you mean 'cos'?"
        ],
    ),
    (
        "lambda lambda epoch: 0.95 ** epoch",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: lambda epoch: 0.95 ** epoch\n",
        ["4:28: not YAML: mapping values are not allowed here; write lr_lambda: 0.95 ** epoch"],
    ),
    (
        "lambda 'lambda x: 0.95 ** x'",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: 'lambda x: 0.95 ** x'\n",
        [
            "4:5: scheduler.LambdaLR.lr_lambda: only arithmetic is allowed, not lambda x: 0.95 "
            "** x; write 0.95 ** epoch"
        ],
    ),
    (
        "lambda flow",
        "epochs: 8\nscheduler: {LambdaLR: {lr_lambda: lambda epoch: 0.95 ** epoch}}\n",
        ["2:47: not YAML: expected ',' or '}'; write lr_lambda: 0.95 ** epoch"],
    ),
    (
        "lambda list",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: ['lambda epoch: 1']\n",
        [
            "4:17: scheduler.LambdaLR.lr_lambda.0: only arithmetic is allowed, not lambda "
            "epoch: 1; write 1"
        ],
    ),
    (
        "lambda 0.95 ^ epoch",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: 0.95 ^ epoch\n",
        [
            "4:5: scheduler.LambdaLR.lr_lambda: only arithmetic is allowed, not bitxor; write "
            "0.95 ** epoch"
        ],
    ),
    (
        "lambda math.pow(0.95, epoch)",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: math.pow(0.95, epoch)\n",
        [
            "4:5: scheduler.LambdaLR.lr_lambda: unknown function 'math.pow' (known: sin, cos, "
            "tan, exp, log, log2, log10, sqrt, floor, ceil, round, abs, int, min, max); write "
            "0.95 ** epoch"
        ],
    ),
    (
        "lambda np.clip(epoch, 0, 1)",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: np.clip(epoch, 0, 1)\n",
        [
            "4:5: scheduler.LambdaLR.lr_lambda: unknown function 'np.clip' (known: sin, cos, "
            "tan, exp, log, log2, log10, sqrt, floor, ceil, round, abs, int, min, max); write "
            "min(max(epoch, 0), 1)"
        ],
    ),
    (
        "lambda 'def f(epoch): return 0.5'",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: 'def f(epoch): return 0.5'\n",
        [
            "4:5: scheduler.LambdaLR.lr_lambda: not an expression: 'def f(epoch): return 0.5'; "
            "write 0.5"
        ],
    ),
    (
        "lambda epoch < 5 ? 1 : 0.1",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: epoch < 5 ? 1 : 0.1\n",
        [
            "4:30: not YAML: mapping values are not allowed here; write lr_lambda: 1 if epoch "
            "< 5 else 0.1"
        ],
    ),
    (
        "lambda 0,95 ** epoch",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: 0,95 ** epoch\n",
        [
            "4:5: scheduler.LambdaLR.lr_lambda: only arithmetic is allowed, not (0, 95 ** "
            "epoch); write 0.95 ** epoch"
        ],
    ),
    (
        "lambda 0.95 ** x",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: 0.95 ** x\n",
        [
            "4:5: scheduler.LambdaLR.lr_lambda: unknown name 'x' (known: call, e, epoch, "
            "epochs, pi, step, steps_per_epoch, total_calls, total_steps); write 0.95 ** epoch"
        ],
    ),
    (
        "lambda return 0.95 ** epoch",
        "epochs: 8\nscheduler:\n  LambdaLR:\n    lr_lambda: return 0.95 ** epoch\n",
        [
            "4:5: scheduler.LambdaLR.lr_lambda: not an expression: 'return 0.95 ** epoch'; "
            "write 0.95 ** epoch"
        ],
    ),
    (
        "top lr: 0.1",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nlr: 0.1\n",
        ["3:1: lr: no such key; write optimizer: {SGD: {lr: 0.1}}"],
    ),
    (
        "top learning_rate: 1e-3",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nlearning_rate: 1e-3\n",
        ["3:1: learning_rate: no such key; write optimizer: {SGD: {lr: 0.001}}"],
    ),
    (
        "optimizer then lr at wrong level",
        "epochs: 4\noptimizer: Adam\nlr: 0.1\nscheduler: {StepLR: {step_size: 2}}\n",
        ["3:1: lr: no such key; write optimizer: {Adam: {lr: 0.1}}"],
    ),
    (
        "top style: dark",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nstyle: dark\n",
        ["3:1: style: no such key; write figure: {style: dark}"],
    ),
    (
        "top dpi: 200",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\ndpi: 200\n",
        ["3:1: dpi: no such key; write figure: {dpi: 200}"],
    ),
    (
        "top yscale: log",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nyscale: log\n",
        ["3:1: yscale: no such key; write figure: {yscale: log}"],
    ),
    (
        "top figsize: [10, 4]",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nfigsize: [10, 4]\n",
        ["3:1: figsize: no such key; write figure: {size: [10, 4]}"],
    ),
    (
        "top warmup: 100",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nwarmup: 100\n",
        [
            "3:1: warmup: no such key; write scheduler: {SequentialLR: {schedulers: "
            "[{LinearLR: {start_factor: 0.01, total_iters: 100}}, {StepLR: {step_size: 2}}], "
            "milestones: [100]}}"
        ],
    ),
    (
        "top warmup_ratio: 0.1",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nwarmup_ratio: 0.1\n",
        [
            "3:1: warmup_ratio: no such key; write scheduler: {SequentialLR: {schedulers: "
            "[{LinearLR: {start_factor: 0.01, total_iters: =ceil(0.1 * total_calls)}}, "
            "{StepLR: {step_size: 2}}], milestones: [=ceil(0.1 * total_calls)]}}"
        ],
    ),
    (
        "top warmup: 10%",
        "epochs: 4\nscheduler: OneCycleLR\nwarmup: 10%\n",
        ["3:1: warmup: no such key; write scheduler: {OneCycleLR: {pct_start: 0.1}}"],
    ),
    (
        "top warmup_steps: 10 %",
        "epochs: 4\nscheduler: LinearLR\nwarmup_steps: 10 %\n",
        [
            "3:1: warmup_steps: no such key; write scheduler: {SequentialLR: {schedulers: "
            "[{LinearLR: {start_factor: 0.01, total_iters: =ceil(0.1 * total_calls)}}, "
            "LinearLR], milestones: [=ceil(0.1 * total_calls)]}}"
        ],
    ),
    (
        "total_iters no whole share",
        "epochs: 25\nscheduler: {LinearLR: {total_iters: =0.33 * total_calls}}\n",
        [
            "2:24: scheduler.LinearLR.total_iters: must be a whole number, "
            "'=0.33 * total_calls' is 8.25; write =ceil(0.33 * total_calls)"
        ],
    ),
    (
        "milestones no whole share",
        "epochs: 25\nscheduler: {MultiStepLR: {milestones: [=0.33 * total_calls, =5 / 2]}}\n",
        [
            "2:40: scheduler.MultiStepLR.milestones.0: must be a whole number, "
            "'=0.33 * total_calls' is 8.25; write =ceil(0.33 * total_calls)"
        ],
    ),
    (
        "total_iters no whole number",
        "epochs: 25\nscheduler: {LinearLR: {total_iters: =5 / 2}}\n",
        [
            "2:24: scheduler.LinearLR.total_iters: must be a whole number, "
            "'=5 / 2' is 2.5; write =ceil(5 / 2)"
        ],
    ),
    (
        "top warmup_epochs: 5",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nwarmup_epochs: 5\n",
        [
            "3:1: warmup_epochs: no such key; write scheduler: {SequentialLR: {schedulers: "
            "[{LinearLR: {start_factor: 0.01, total_iters: =5 * steps_per_epoch}}, {StepLR: "
            "{step_size: 2}}], milestones: [=5 * steps_per_epoch]}}"
        ],
    ),
    (
        "top gamma: 0.5",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\ngamma: 0.5\n",
        ["3:1: gamma: no such key; write scheduler: {StepLR: {step_size: 2, gamma: 0.5}}"],
    ),
    (
        "top momentum: 0.9",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nmomentum: 0.9\n",
        ["3:1: momentum: no such key; write optimizer: {SGD: {momentum: 0.9}}"],
    ),
    (
        "top betas: [0.9, 0.95]",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nbetas: [0.9, 0.95]\n",
        ["3:1: betas: no such key; write optimizer: {SGD: {betas: [0.9, 0.95]}}"],
    ),
    (
        "top num_epochs: 4",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nnum_epochs: 4\n",
        ["3:1: num_epochs: no such key; write epochs: 4"],
    ),
    (
        "epochs named num_epochs only",
        "num_epochs: 4\nscheduler: {StepLR: {step_size: 2}}\n",
        ["1:1: num_epochs: no such key; write epochs: 4"],
    ),
    (
        "top max_steps: 100",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nmax_steps: 100\n",
        ["3:1: max_steps: no such key; write steps: 100, in place of epochs"],
    ),
    (
        "top batch_size: 8",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nbatch_size: 8\n",
        ["3:1: batch_size: no such key; write data: {examples: …, batch_size: 8}"],
    ),
    (
        "top schedulers",
        "epochs: 4\nschedulers: [{LinearLR: {total_iters: 4}}, {CosineAnnealingLR: {T_max: 4}}]\n",
        [
            "1:1: scheduler is missing",
            "2:1: schedulers: no such key; write scheduler: {SequentialLR: {schedulers: "
            "[{LinearLR: {total_iters: 4}}, {CosineAnnealingLR: {T_max: 4}}], milestones: [4]}}",
        ],
    ),
    (
        "top schedulers map",
        "epochs: 4\nschedulers: {StepLR: {step_size: 3}}\n",
        [
            "1:1: scheduler is missing",
            "2:1: schedulers: no such key; write scheduler: {StepLR: {step_size: 3}}",
        ],
    ),
    (
        "top StepLR",
        "epochs: 4\nStepLR: {step_size: 3}\n",
        [
            "1:1: scheduler is missing",
            "2:1: StepLR: no such key; write scheduler: {StepLR: {step_size: 3}}",
        ],
    ),
    (
        "top SGD",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nSGD: {lr: 0.1}\n",
        ["3:1: SGD: no such key; write optimizer: {SGD: {lr: 0.1}}"],
    ),
    (
        "top foo: 1",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nfoo: 1\n",
        [
            "3:1: foo: no such key; known: title, epochs, steps_per_epoch, steps, data, "
            "interval, frequency, calls, optimizer, scheduler, metric, curves, sweep, figure, "
            "lint"
        ],
    ),
    (
        "five unknown",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nfoo: 1\nbar: 2\nbaz: 3\nqux: 4\nquux: 5\n",
        [
            "3:1: foo: no such key; known: title, epochs, steps_per_epoch, steps, data, "
            "interval, frequency, calls, optimizer, scheduler, metric, curves, sweep, figure, "
            "lint",
            "4:1: bar: no such key",
            "5:1: baz: no such key",
            "6:1: qux: no such key",
            "7:1: quux: no such key",
        ],
    ),
    (
        "top loss: [1, 2]",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nloss: [1, 2]\n",
        ["3:1: loss: no such key; write metric: [1, 2]"],
    ),
    (
        "top epoch: 4",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nepoch: 4\n",
        ["3:1: epoch: no such key; did you mean 'epochs'?"],
    ),
    (
        "top optimiser: SGD",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\noptimiser: SGD\n",
        ["3:1: optimiser: no such key; did you mean 'optimizer'?"],
    ),
    (
        "scheduler {name: StepLR, step_size: 2}",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: {name: StepLR, step_size: 2}\n",
        [
            "3:1: scheduler: must name one scheduler, as `Name: {arguments}`, got 2 keys; "
            "write scheduler: {StepLR: {step_size: 2}}"
        ],
    ),
    (
        "scheduler {type: StepLR, step_size: 2}",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: {type: StepLR, step_size: 2}\n",
        [
            "3:1: scheduler: must name one scheduler, as `Name: {arguments}`, got 2 keys; "
            "write scheduler: {StepLR: {step_size: 2}}"
        ],
    ),
    (
        "scheduler {name: StepLR, params: {step_size: 2}}",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: {name: StepLR, params: {step_size: 2}}\n",
        [
            "3:1: scheduler: must name one scheduler, as `Name: {arguments}`, got 2 keys; "
            "write scheduler: {StepLR: {step_size: 2}}"
        ],
    ),
    (
        "not indented 3",
        "epochs: 4\nscheduler:\n  StepLR:\n  step_size: 2\n  gamma: 0.5\n",
        [
            "2:1: scheduler: must name one scheduler, as `Name: {arguments}`, got 3 keys; "
            "write scheduler: {StepLR: {step_size: 2, gamma: 0.5}}"
        ],
    ),
    (
        "not indented 2",
        "epochs: 4\nscheduler:\nStepLR:\n  step_size: 2\n",
        [
            "2:1: scheduler: must name one scheduler, as `Name: {arguments}`, got null",
            "3:1: StepLR: no such key; write scheduler: {StepLR: {step_size: 2}}",
        ],
    ),
    (
        "scheduler [{LinearLR: {total_iters: 8}}, {CosineAnnealingLR: {T_max: 56}}]",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: [{LinearLR: {total_iters: 8}}, "
        "{CosineAnnealingLR: {T_max: 56}}]\n",
        [
            "3:1: scheduler: must name one scheduler, as `Name: {arguments}`, got [a mapping, "
            "a mapping]; write scheduler: {SequentialLR: {schedulers: [{LinearLR: "
            "{total_iters: 8}}, {CosineAnnealingLR: {T_max: 56}}], milestones: [8]}}, or "
            "ChainedScheduler, in which all act at once"
        ],
    ),
    (
        "ChainedScheduler [{LinearLR: {total_iters: 2}}, {LinearLR: {total_iters: 3}}]",
        "epochs: 8\nscheduler: {ChainedScheduler: [{LinearLR: {total_iters: 2}}, {LinearLR: "
        "{total_iters: 3}}]}\n",
        [
            "2:13: scheduler.ChainedScheduler: must be a mapping of arguments, got [a mapping, "
            "a mapping]; write scheduler: {ChainedScheduler: {schedulers: [{LinearLR: "
            "{total_iters: 2}}, {LinearLR: {total_iters: 3}}]}}"
        ],
    ),
    (
        "ChainedScheduler [LinearLR]",
        "epochs: 8\nscheduler: {ChainedScheduler: [LinearLR]}\n",
        [
            "2:13: scheduler.ChainedScheduler: must be a mapping of arguments, got ['LinearLR']; "
            "write scheduler: {ChainedScheduler: {schedulers: [LinearLR]}}"
        ],
    ),
    (
        "SequentialLR [{StepLR: {step_size: 2}}, LinearLR]",
        "epochs: 8\nscheduler: {SequentialLR: [{StepLR: {step_size: 2}}, LinearLR]}\n",
        [
            "2:13: scheduler.SequentialLR: must be a mapping of arguments, got [a mapping, "
            "'LinearLR']; write scheduler: {SequentialLR: {schedulers: [{StepLR: {step_size: 2}}, "
            "LinearLR], milestones: […]}}"
        ],
    ),
    (
        "optimizer [{SGD: {lr: 0.1}}, {SGD: {lr: 0.2}}]",
        "epochs: 8\nscheduler: LinearLR\noptimizer: [{SGD: {lr: 0.1}}, {SGD: {lr: 0.2}}]\n",
        [
            "3:1: optimizer: must name one optimizer, as `Name: {arguments}`, got [a mapping, "
            "a mapping]"
        ],
    ),
    (
        "scheduler [{StepLR: {step_size: 2}}]",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: [{StepLR: {step_size: 2}}]\n",
        [
            "3:1: scheduler: must name one scheduler, as `Name: {arguments}`, got [a mapping]; "
            "write scheduler: {StepLR: {step_size: 2}}"
        ],
    ),
    (
        "scheduler StepLR(step_size=2)",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: StepLR(step_size=2)\n",
        [
            "3:1: scheduler: unknown scheduler 'StepLR(step_size=2)'; write scheduler: "
            "{StepLR: {step_size: 2}}"
        ],
    ),
    (
        "scheduler torch.optim.lr_scheduler.StepLR(optimizer, step_size=2)",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: torch.optim.lr_scheduler.StepLR(optimizer, "
        "step_size=2)\n",
        [
            "3:1: scheduler: unknown scheduler 'torch.optim.lr_scheduler.StepLR(optimizer, "
            "step_size=2)'; write scheduler: {StepLR: {step_size: 2}}"
        ],
    ),
    (
        "scheduler StepLR(optimizer, 2)",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: StepLR(optimizer, 2)\n",
        [
            "3:1: scheduler: unknown scheduler 'StepLR(optimizer, 2)'; write scheduler: "
            "{StepLR: {step_size: 2}}"
        ],
    ),
    (
        "scheduler {StepLR: 2}",
        "epochs: 8\nsteps_per_epoch: 8\nscheduler: {StepLR: 2}\n",
        [
            "3:13: scheduler.StepLR: must be a mapping of arguments, got 2; write scheduler: "
            "{StepLR: {step_size: 2}}"
        ],
    ),
    (
        "key=value two",
        "epochs: 4\nscheduler:\n  StepLR:\n    step_size=2\n    gamma=0.5\n",
        [
            "3:3: scheduler.StepLR: must be a mapping of arguments, got 'step_size=2 "
            "gamma=0.5'; write scheduler: {StepLR: {step_size: 2, gamma: 0.5}}"
        ],
    ),
    (
        "arg nospace",
        "epochs: 4\nscheduler:\n  StepLR:\n    step_size:2\n",
        [
            "3:3: scheduler.StepLR: must be a mapping of arguments, got 'step_size:2'; write "
            "scheduler: {StepLR: {step_size: 2}}"
        ],
    ),
    (
        "list args",
        "epochs: 4\nscheduler:\n  StepLR:\n    - step_size: 2\n    - gamma: 0.5\n",
        [
            "3:3: scheduler.StepLR: must be a mapping of arguments, got [a mapping, a "
            "mapping]; write scheduler: {StepLR: {step_size: 2, gamma: 0.5}}"
        ],
    ),
    (
        "optimizer null beside lr",
        "epochs: 4\noptimizer:\n  Adam:\n  lr: 0.1\nscheduler: {StepLR: {step_size: 2}}\n",
        [
            "2:1: optimizer: must name one optimizer, as `Name: {arguments}`, got 2 keys; "
            "write optimizer: {Adam: {lr: 0.1}}"
        ],
    ),
    (
        "optimizer: Adam(lr=0.1)",
        "epochs: 4\noptimizer: Adam(lr=0.1)\nscheduler: {StepLR: {step_size: 2}}\n",
        ["2:1: optimizer: unknown optimizer 'Adam(lr=0.1)'; write optimizer: {Adam: {lr: 0.1}}"],
    ),
    (
        "optimizer: optim.Adam(lr=1e-3, betas=(0.9, 0.95))",
        "epochs: 4\noptimizer: optim.Adam(lr=1e-3, betas=(0.9, 0.95))\nscheduler: {StepLR: "
        "{step_size: 2}}\n",
        [
            "2:1: optimizer: unknown optimizer 'optim.Adam(lr=1e-3, betas=(0.9, 0.95))'; write "
            "optimizer: {Adam: {lr: 0.001, betas: [0.9, 0.95]}}"
        ],
    ),
    (
        "optimizer: SGD, lr=0.1",
        "epochs: 4\noptimizer: SGD, lr=0.1\nscheduler: {StepLR: {step_size: 2}}\n",
        ["2:1: optimizer: unknown optimizer 'SGD, lr=0.1'; write optimizer: {SGD: {lr: 0.1}}"],
    ),
    (
        "optimizer: {SGD: 0.1}",
        "epochs: 4\noptimizer: {SGD: 0.1}\nscheduler: {StepLR: {step_size: 2}}\n",
        [
            "2:13: optimizer.SGD: must be a mapping of arguments, got 0.1; write optimizer: "
            "{SGD: {lr: 0.1}}"
        ],
    ),
    (
        "optimizer: {name: Adam, lr: 0.1}",
        "epochs: 4\noptimizer: {name: Adam, lr: 0.1}\nscheduler: {StepLR: {step_size: 2}}\n",
        [
            "2:1: optimizer: must name one optimizer, as `Name: {arguments}`, got 2 keys; "
            "write optimizer: {Adam: {lr: 0.1}}"
        ],
    ),
    (
        "optimizer: adamw",
        "epochs: 4\noptimizer: adamw\nscheduler: {StepLR: {step_size: 2}}\n",
        ["2:1: optimizer: unknown optimizer 'adamw'; did you mean 'AdamW'?"],
    ),
    (
        "tab",
        "epochs: 4\nscheduler:\n\tStepLR:\n\t\tstep_size: 2\n",
        ["3:1: not YAML: a tab cannot indent; use spaces"],
    ),
    (
        "key=value",
        "epochs=4\nscheduler=StepLR\n",
        ["1:1: must be a mapping of keys, got 'epochs=4 scheduler=StepLR'; write epochs: 4"],
    ),
    (
        "key value nospace",
        "epochs:4\nscheduler:StepLR\n",
        ["1:1: must be a mapping of keys, got 'epochs:4 scheduler:StepLR'; write epochs: 4"],
    ),
    (
        "mixed =",
        "epochs: 4\nsteps_per_epoch = 4\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["3:1: not YAML: could not find expected ':'; write steps_per_epoch: 4"],
    ),
    (
        "mixed nospace",
        "epochs: 4\nscheduler: {ExponentialLR: {gamma: 0.9}}\nsteps_per_epoch:4\n",
        ["4:1: not YAML: could not find expected ':'; write steps_per_epoch: 4"],
    ),
    (
        "python",
        "import torch\nfrom torch import nn\nscheduler = StepLR(optimizer, step_size=2)\n",
        [
            "1:1: must be a mapping of keys, got 'import torch from torch import nn scheduler "
            "= StepLR(optim…; this is Python: `lrviz plot FILE.py:FUNCTION` draws the "
            "scheduler that it builds"
        ],
    ),
    (
        "python3",
        "optimizer = torch.optim.SGD(params, lr=0.1)\nscheduler = "
        "torch.optim.lr_scheduler.StepLR(optimizer, step_size=2)\nfor epoch in range(4):\n    "
        "scheduler.step()\n",
        [
            "3:22: not YAML: mapping values are not allowed here; this is Python: `lrviz plot "
            "FILE.py:FUNCTION` draws the scheduler that it builds"
        ],
    ),
    (
        "colon in title",
        "title: StepLR: every 2\nepochs: 4\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["1:14: not YAML: mapping values are not allowed here; write title: 'StepLR: every 2'"],
    ),
    (
        "indent",
        "epochs: 4\nscheduler:\n  StepLR:\n    step_size: 2\n   gamma: 0.5\n",
        ["5:4: not YAML: expected <block end>; the keys of one mapping begin in one column"],
    ),
    (
        "backtick",
        "epochs: 4\nscheduler: `StepLR`\n",
        ["2:12: not YAML: found character '`' that cannot start any token; put it in quotes"],
    ),
    (
        "epochs '4'",
        "epochs: '4'\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["1:1: epochs: must be a number of epochs, got '4'; write 4, without quotes"],
    ),
    (
        "spe 1_000",
        "epochs: 1\nsteps_per_epoch: 1_000\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["2:1: steps_per_epoch: must be a whole number, got '1_000'; write 1000"],
    ),
    (
        "epochs 50%",
        "epochs: 50%\nscheduler: {ExponentialLR: {gamma: 0.9}}\n",
        ["1:1: epochs: must be a number of epochs, got '50%'; write 0.5"],
    ),
    (
        "figure dpi: '200'",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nfigure:\n  dpi: '200'\n",
        [
            "4:3: figure.dpi: must be a number of pixels an inch, got '200'; "
            "write 200, without quotes"
        ],
    ),
    (
        "figure size: 10x4",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nfigure:\n  size: 10x4\n",
        ["4:3: figure.size: must be a list, width and height in inches, got '10x4'; write [10, 4]"],
    ),
    (
        "figure legend: yes",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nfigure:\n  legend: yes\n",
        ["4:3: figure.legend: must be true or false, got 'yes'; write true"],
    ),
    (
        "figure x: steps",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nfigure:\n  x: steps\n",
        ["4:3: figure.x: must be one of step, epoch, got 'steps'; did you mean 'step'?"],
    ),
    (
        "top2 interval: epochs",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\ninterval: epochs\n",
        ["3:1: interval: must be one of step, epoch, got 'epochs'; did you mean 'epoch'?"],
    ),
    (
        "top2 data: {examples: 50k, batch_size: 8}",
        "epochs: 1\nscheduler: {StepLR: {step_size: 2}}\ndata: {examples: 50k, batch_size: 8}\n",
        ["3:8: data.examples: must be a whole number, got '50k'; write 50000"],
    ),
    (
        "top2 lint: {ignore: LR012}",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nlint: {ignore: LR012}\n",
        ["3:8: lint.ignore: must be a list, got 'LR012'; write [LR012]"],
    ),
    (
        "top2 frequency: '2'",
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\nfrequency: '2'\n",
        ["3:1: frequency: must be a whole number, got '2'; write 2, without quotes"],
    ),
    (
        "all at the top, as elsewhere",
        "epochs: 4\nscheduler: cosine\nlr: 0.1\nbatch_size: 8\nwarmup_ratio: 0.1\n",
        [
            "3:1: lr: no such key; write optimizer: {SGD: {lr: 0.1}}",
            "4:1: batch_size: no such key; write data: {examples: …, batch_size: 8}",
            "5:1: warmup_ratio: no such key; write scheduler: "
            "{transformers.get_cosine_schedule_with_warmup: "
            "{num_warmup_steps: =ceil(0.1 * total_calls)}}",
        ],
    ),
    (
        "a word in a long text",
        f"{RUN}figure: {{size: '{'9' * 300}'}}\nscheduler: LinearLR\n",
        [f"2:10: figure.size: must be a list, width and height in inches, got '{'9' * 58}…"],
    ),
]


def answer(data: bytes) -> list[str]:
    """Return what is said of a file that is no spec, without its name."""
    with pytest.raises(SpecError) as caught:
        lrviz.simulate(parse_data(data, "a.yaml"))
    return [line.removeprefix("a.yaml:") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("lr: 0.1\nweight_decay: 0.01\n", "optimizer: {SGD: {lr: 0.1, weight_decay: 0.01}}"),
        ("momentum: 0.9\nSGD: {lr: 0.1}\n", "optimizer: {SGD: {lr: 0.1, momentum: 0.9}}"),
        ("style: dark\nfigsize: [8, 4]\n", "figure: {style: dark, size: [8, 4]}"),
        ("max_steps: 8\nnum_epochs: 4\n", "steps: 8"),
        ("max_steps: -1\nnum_epochs: 4\n", "epochs: 4"),
    ],
)
@pytest.mark.parametrize("gamma", ["", "gamma: 0.5\n"], ids=["alone", "with gamma"])
def test_remedies_of_several_keys_are_followed_together(wrong: str, right: str, gamma: str) -> None:
    """What they say to write, once, in place of all that is wrong, is the spec that was meant."""
    rest = RUN * ("epochs" not in right and "steps" not in right)
    scheduler = "scheduler: {StepLR: {step_size: 2}}\n"
    lines = answer(f"{wrong}{gamma}{scheduler}{rest}".encode())
    assert len(lines) == 2 + bool(gamma)
    meant = {line.partition("; write ")[2].partition(", in place")[0] for line in lines}
    assert len(meant) == 1 + bool(gamma)
    spec = parse_spec("\n".join([rest, *meant, scheduler * (not gamma)]))
    whole = scheduler.replace("}}", ", gamma: 0.5}}") if gamma else scheduler
    assert spec == parse_spec(f"{rest}{right}\n{whole}")


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("step_size: 2\ngamma: 0.5\nscheduler: StepLR\n", [4, 4, 2, 2]),
        ("gamma: 0.5\nStepLR: {step_size: 1}\n", [4, 2, 1, 0.5]),
        ("gamma: 0.5\nwarmup: 2\nscheduler: {StepLR: {step_size: 1}}\n", [0.04, 2.02, 4, 2]),
    ],
)
def test_remedies_of_a_scheduler_s_keys_are_followed_together(
    wrong: str, meant: list[float]
) -> None:
    rest = f"{RUN}optimizer: {{SGD: {{lr: 4}}}}\n"
    lines = answer((rest + wrong).encode())
    (line,) = {line.partition("; write ")[2] for line in lines if "; write " in line}
    assert lrviz.simulate(parse_spec(rest + line)).lr[0].tolist() == pytest.approx(meant)


@pytest.mark.parametrize(
    ("wrong", "calls"),
    [
        ("warmup_epochs: 0.5", 5),
        ("warmup_epochs: 1.5", 15),
        ("warmup_epochs: 2", 20),
        ("warmup_epochs: 10 %", 20),
        ("warmup_ratio: 0.5", 100),
        ("warmup_steps: 7", 7),
        ("warmup_epochs: 2\ninterval: epoch", 2),
        ("warmup_steps: 10 %\ninterval: epoch", 2),
        ("warmup_ratio: 0.5\ninterval: epoch", 10),
        ("warmup_ratio: 0.5\nfrequency: 2", 50),
    ],
)
def test_a_warm_up_at_the_top_takes_as_many_calls_as_it_says(wrong: str, calls: int) -> None:
    """Of 20 epochs of 10 steps."""
    rest = "epochs: 20\nsteps_per_epoch: 10\n"
    scheduler = "scheduler: {StepLR: {step_size: 200}}\n"
    (line,) = answer(f"{rest}{scheduler}{wrong}\n".encode())
    kept = wrong.partition("\n")[2]
    spec = parse_spec(f"{rest}{kept}\n{line.partition('; write ')[2]}")
    lr = lrviz.simulate(spec).lr[0].tolist()
    assert lr.index(max(lr)) == calls * (10 if "epoch" in kept else 2 if kept else 1)


@pytest.mark.parametrize(
    "wrong",
    [
        "epochs: 20\nsteps_per_epoch: 10\ninterval: epoch\nwarmup_epochs: 0.5\n",
        "epochs: 20\nsteps_per_epoch: 10\ninterval: epoch\nwarmup_steps: 20\n",
        "epochs: 20\nsteps_per_epoch: 10\nfrequency: 2\nwarmup_epochs: 2\n",
        "epochs: 20\nsteps_per_epoch: 10\nfrequency: 2\nwarmup_steps: 20\n",
        "epochs: 20\nsteps_per_epoch: 10\ncalls: 2\nwarmup_iters: 20\n",
        "epochs: 20\nsteps_per_epoch: 10\ncalls: 2\nwarmup_epochs: 2\n",
        "epochs: 20\ninterval: epoch\nfrequency: 2\nwarmup_epochs: 2\n",
        "steps: 200\nwarmup_epochs: 2\n",
    ],
)
def test_a_warm_up_that_no_count_of_calls_is_known_for_gets_no_line(wrong: str) -> None:
    lines = answer(f"{wrong}scheduler: {{StepLR: {{step_size: 200}}}}\n".encode())
    assert len(lines) == 1
    assert "no such key" in lines[0]
    assert "; write " not in lines[0]


def test_half_an_epoch_is_no_share_of_a_one_cycle_run() -> None:
    (line,) = answer(b"epochs: 20\nscheduler: OneCycleLR\nwarmup_epochs: 0.5\n")
    assert "pct_start" not in line


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("max_steps: -1\nepochs: 4\n", "leave it out, as epochs is given"),
        ("num_epochs: 4\nsteps: 8\n", "leave it out, as steps is given"),
        ("max_steps: -1\n", "write epochs: …"),
        ("max_steps: 8\n", "write steps: 8"),
        (
            "max_steps: 8\nepochs: 4\nsteps_per_epoch: 3\n",
            "write steps: 8, in place of epochs and steps_per_epoch",
        ),
    ],
)
def test_a_length_by_another_name_gets_one_answer(text: str, remedy: str) -> None:
    (line,) = answer(f"{text}scheduler: LinearLR\n".encode())
    assert line.endswith(f": no such key; {remedy}")


def test_what_is_written_instead_keeps_every_argument() -> None:
    text = "epochs: 4\noptimizer: {SGD: {lr: 0.1}, momentum: 0.9}\nscheduler: StepLR\n"
    (line,) = answer(text.encode())
    assert line.endswith("; write optimizer: {SGD: {lr: 0.1, momentum: 0.9}}")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("SGD(model.parameters(), 0.1, 0.9, 0, 5e-4, True)",
         "{lr: 0.1, momentum: 0.9, dampening: 0, weight_decay: 5e-4, nesterov: true}"),
        ("{AdamW: [1e-3, [0.9, 0.95]]}", "{lr: 0.001, betas: [0.9, 0.95]}"),
        ("torch.optim.RMSprop(params, 0.1, 0.95, weight_decay=0.01)",
         "{lr: 0.1, alpha: 0.95, weight_decay: 0.01}"),
    ],
)  # fmt: skip
def test_arguments_of_an_optimizer_are_known_by_their_order(written: str, meant: str) -> None:
    (line,) = answer(f"{RUN}optimizer: {written}\nscheduler: LinearLR\n".encode())
    spec = parse_spec(f"{RUN}scheduler: LinearLR\n{line.partition('; write ')[2]}")
    assert spec.optimizer.arguments == parse_yaml(meant)[0]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_order_of_an_optimizer_s_arguments_is_torch_s(name: str) -> None:
    optimizer = getattr(torch.optim, name, None)
    if optimizer is None:
        pytest.skip("this torch has none")
    _, *torchs = signature(optimizer).parameters
    assert len(found := list_order(name)) >= 3
    assert torchs[: len(found)] == list(found)


def test_only_the_optimizer_is_left_out_of_a_call_in_python() -> None:
    (line,) = answer(b"epochs: 4\nscheduler: CosineAnnealingLR(optimizer, args.epochs, 1e-6)\n")
    assert "T_max: 1e-6" not in line
    assert "eta_min: 1e-6" in line


@pytest.mark.parametrize("power", ["pow(0.5, epoch)**2", "np.power(0.5, epoch)^2"])
def test_what_is_written_instead_of_a_power_has_its_value(power: str) -> None:
    """Half of half of half, squared: 0.5 ** 6 at the third call, and not 0.5 ** 9."""
    (line,) = answer(f"epochs: 4\nscheduler: {{LambdaLR: {{lr_lambda: '{power}'}}}}\n".encode())
    meant = line.partition("; write ")[2]
    tree = {"epochs": 4, "scheduler": {"LambdaLR": {"lr_lambda": meant}}}
    assert lrviz.simulate(tree).lr[0, 3] == 1e-3 * 0.5**6


@pytest.mark.parametrize(
    ("text", "lines"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_what_is_wrong_is_answered_with_the_line_to_write(text: str, lines: list[str]) -> None:
    assert answer(text.encode()) == lines


def test_the_table_holds_inputs_of_every_kind_once() -> None:
    assert len({text for _, text, _ in WRONG}) == len(WRONG) >= 80


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        (f"scheduler: {{{TORCH}.StepLR: {{step_size: 2}}}}", "scheduler: {StepLR: {step_size: 2}}"),
        ("scheduler: {lr_scheduler.StepLR: {step_size: 2}}", "scheduler: {StepLR: {step_size: 2}}"),
        (
            "curves: {a: {scheduler: {torch.optim.swa_utils.SWALR: {swa_lr: 0.1}}}}",
            "curves: {a: {scheduler: {SWALR: {swa_lr: 0.1}}}}",
        ),
        ("scheduler: {swa_utils.SWALR: {swa_lr: 0.1}}", "scheduler: {SWALR: {swa_lr: 0.1}}"),
        (
            f"scheduler: {{class_path: {TORCH}.StepLR, init_args: {{step_size: 2}}}}",
            "scheduler: {StepLR: {step_size: 2}}",
        ),
        (f"scheduler: {{class_path: {TORCH}.LinearLR}}", "scheduler: LinearLR"),
        (
            f"scheduler: {{_target_: {TORCH}.StepLR, _partial_: true, step_size: 2}}",
            "scheduler: {StepLR: {step_size: 2}}",
        ),
        (
            f"scheduler: {{SequentialLR: {{milestones: [2], schedulers: [{TORCH}.LinearLR, "
            f"{{_target_: {TORCH}.StepLR, step_size: 2}}]}}}}",
            "scheduler: {SequentialLR: {milestones: [2], schedulers: [LinearLR, "
            "{StepLR: {step_size: 2}}]}}",
        ),
        (
            "scheduler: LinearLR\noptimizer: {torch.optim.AdamW: {lr: 0.1}}",
            "scheduler: LinearLR\noptimizer: {AdamW: {lr: 0.1}}",
        ),
        (
            "scheduler: LinearLR\noptimizer: {class_path: torch.optim.adamw.AdamW}",
            "scheduler: LinearLR\noptimizer: AdamW",
        ),
        (
            f"curves: {{a: {{scheduler: {TORCH}.LinearLR}}, cosine: {{scheduler: constant}}}}",
            "curves: {a: {scheduler: LinearLR}, cosine: "
            "{scheduler: transformers.get_constant_schedule}}",
        ),
        (
            "sweep: {scheduler: [constant, {linear: {num_warmup_steps: 2}}]}\nscheduler: LinearLR",
            "sweep: {scheduler: [transformers.get_constant_schedule, "
            f"{{transformers.{WARM}: {{num_warmup_steps: 2}}}}]}}\nscheduler: LinearLR",
        ),
        (
            "scheduler: {LambdaLR: {lr_lambda: [math.exp(-epoch)]}}\n"
            "sweep: {optimizer.SGD.lr: [=math.pi / 4]}",
            "scheduler: {LambdaLR: {lr_lambda: [exp(-epoch)]}}\n"
            "sweep: {optimizer.SGD.lr: [=pi / 4]}",
        ),
        (
            "scheduler: ReduceLROnPlateau\nmetric: {expression: 'np.minimum(1, numpy.sqrt(step))'}",
            "scheduler: ReduceLROnPlateau\nmetric: {expression: 'min(1, sqrt(step))'}",
        ),
    ],
    ids=lambda text: text[:40],
)
def test_what_is_meant_is_the_same_spec(written: str, usual: str) -> None:
    found, expected = parse_spec(RUN + written), parse_spec(RUN + usual)
    assert found == expected
    assert found.canonical == expected.canonical
    assert [each.label for each in found.schedules] == [each.label for each in expected.schedules]


def test_the_trainer_s_names_are_those_that_transformers_has() -> None:
    functions = {each.value: TYPE_TO_SCHEDULER_FUNCTION[each].__name__ for each in SchedulerType}
    assert list_short() == {name: f"transformers.{each}" for name, each in functions.items()}


@pytest.mark.parametrize("name", list_short())
def test_every_short_name_is_taken(name: str) -> None:
    metric = "\nmetric: [1]"
    spec = parse_spec(f"{RUN}scheduler: {{{name}: {{num_warmup_steps: 2}}}}{metric}")
    assert spec.scheduler.name == parse_spec(f"{RUN}scheduler: {name}{metric}").scheduler.name
    assert spec.scheduler.name == list_short()[name]


def test_texts_and_labels_are_no_names_and_no_formulas() -> None:
    text = RUN + "title: =math.pi\nfigure: {xlabel: np.exp(x), yscale: linear}\nscheduler: LinearLR"
    assert parse_spec(text).title == "=math.pi"
    assert parse_spec(text).canonical["figure"]["xlabel"] == "np.exp(x)"  # type: ignore[index, call-overload]


def test_a_name_twice_in_two_spellings_is_two_names() -> None:
    text = f"scheduler: {{StepLR: {{step_size: 2}}, {TORCH}.StepLR: {{step_size: 3}}}}\n"
    assert "got 2 keys" in answer((RUN + text).encode())[0]


def test_a_message_has_the_place_in_the_file() -> None:
    below = "  init_args:\n    step_size: 2\n    gama: 1"
    text = f"{RUN}scheduler:\n  class_path: {TORCH}.StepLR\n{below}"
    line = "6:5: scheduler.StepLR.gama: no such argument; did you mean 'gamma'?"
    assert answer(text.encode()) == [f"{line} (accepts: step_size, gamma)"]


def test_set_names_it_as_a_spec_does() -> None:
    text = (
        f"{RUN}optimizer: {{torch.optim.SGD: {{lr: 1}}}}\nscheduler: {{_target_: {TORCH}.LinearLR}}"
    )
    changed = [("optimizer.SGD.lr", "2"), ("scheduler.LinearLR.total_iters", "3")]
    spec = parse_spec(text, overrides=[*changed, ("sweep", "{optimizer.SGD.lr: [1, 2]}")])
    assert spec.optimizer.arguments == {"lr": 1}
    assert spec.scheduler.arguments == {"total_iters": 3}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("int(epoch / 2)", lambda epoch: int(epoch / 2)),
        ("int(-epoch / 2)", lambda epoch: int(-epoch / 2)),
        ("math.exp(-epoch) * math.pi", lambda epoch: math.exp(-epoch) * math.pi),
        ("np.minimum(1, np.abs(epoch - 3))", lambda epoch: min(1, abs(epoch - 3))),
        ("numpy.maximum(0.5, 1 / (int(epoch) + 1))", lambda epoch: max(0.5, 1 / (epoch + 1))),
        ("np.max([2, epoch]) + np.max(3, epoch)", lambda epoch: max(2, epoch) + max(3, epoch)),
        ("min((1, epoch / 4))", lambda epoch: min(1, epoch / 4)),
        (
            "math.log(epoch + 1, 2) + log(8, epoch + 2)",
            lambda epoch: math.log(epoch + 1, 2) + math.log(8, epoch + 2),
        ),
    ],
)
def test_an_expression_of_python_s_draws_what_torch_does(text: str, value: object) -> None:
    optimizer = make_optimizer("SGD", {"lr": 0.1})
    scheduler = lr_scheduler.LambdaLR(optimizer, value)  # type: ignore[arg-type]
    trained = []
    for _ in range(8):
        trained.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    spec = parse_spec(f"{LAMBDA % text}optimizer: {{SGD: {{lr: 0.1}}}}")
    assert lrviz.simulate(spec).curves[0].lr[0].tolist() == trained
    script = translate(text, ["epoch"], {})
    written = [eval(script, {"math": math}, {"epoch": epoch}) for epoch in range(8)]
    assert written == [value(epoch) for epoch in range(8)]  # type: ignore[operator]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_with_a_byte_order_mark_is_read(encoding: str) -> None:
    mark = "\ufeff" if encoding[-2:] in ("le", "be") else ""
    data = f"{mark}{RUN}title: é\nscheduler: LinearLR\n".encode(encoding)
    assert parse_data(data, "-").title == "é"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (RUN.encode("utf-16-le"), "UTF-16 without a byte-order mark"),
        (RUN.encode("utf-16-be"), "UTF-16 without a byte-order mark"),
        (RUN.encode("utf-16") + b"\0", "byte 22 is not UTF-16-LE"),
        ("title: é\n".encode("latin-1"), "byte 7 is not UTF-8"),
    ],
)
def test_another_encoding_is_told_how_to_save_it(data: bytes, said: str) -> None:
    assert answer(data) == [f" not text: {said}; save it as UTF-8"]


@pytest.mark.parametrize(
    ("scheduler", "expected"),
    [
        (f"{{{TORCH}.StepLR: {{step_size: 2}}}}", f"{{{TORCH}.StepLR: {{step_size: 3}}}}"),
        (
            f"{{class_path: {TORCH}.StepLR, init_args: {{step_size: 2}}}}",
            f"{{class_path: {TORCH}.StepLR, init_args: {{step_size: 3}}}}",
        ),
        (
            f"{{_target_: {TORCH}.StepLR, step_size: 2}}",
            f"{{_target_: {TORCH}.StepLR, step_size: 3}}",
        ),
        (f"{TORCH}.StepLR", f"{{{TORCH}.StepLR: {{step_size: 3}}}}"),
    ],
)
def test_a_fix_finds_its_value_in_the_file(scheduler: str, expected: str) -> None:
    document = Document(f"{RUN}scheduler: {scheduler}")
    changed = document.replace([(("scheduler", "StepLR", "step_size"), 3)])
    assert changed == f"{RUN}scheduler: {expected}"


def test_a_fix_that_has_no_place_in_the_file_is_not_made() -> None:
    document = Document(f"{RUN}scheduler: {{_target_: {TORCH}.LinearLR}}")
    with pytest.raises(EditError):
        document.replace([(("scheduler", "LinearLR", "total_iters"), 3)])


def test_the_linter_says_the_same_of_both_spellings() -> None:
    texts = [
        f"{RUN}scheduler:\n  {name}:\n    step_size: 9" for name in ("StepLR", f"{TORCH}.StepLR")
    ]
    found = [lint_run(lrviz.simulate(parse_spec(text)), RULES.values()) for text in texts]
    assert [str(each) for each in found[0]] == [str(each) for each in found[1]] != []


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("lr", ("x", "xlim", "dpi"), ""),
        ("foo", ("x", "format", "floor"), ""),
        ("style", ("title", "steps"), ""),
        ("seed", ("sweep", "steps"), ""),
        ("stlye", ("style", "size"), "style"),
        ("momnetmu", ("momentum", "maximize"), "momentum"),
        ("wieght_deacy", ("weight_decay", "lr"), "weight_decay"),
        ("dip", ("dpi", "x"), "dpi"),
        ("CosineLR", ("CosineAnnealingLR", "CyclicLR"), "CosineAnnealingLR"),
    ],
)
def test_a_name_is_suggested_where_it_is_near(
    name: str, known: tuple[str, ...], meant: str
) -> None:
    expected = f"did you mean '{meant}'?" if meant else f"known: {', '.join(known)}"
    assert suggest(name, known) == expected
