"""ReduceLROnPlateau: the wrong direction, too patient, with nowhere to go, or given no loss."""

import math
import re
from collections.abc import Iterator

import numpy as np

from lrviz.curve import Values
from lrviz.linter.phases import View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.define import calls, count, listed, rate, rule
from lrviz.spec.catalog import CATALOG
from lrviz.spell import spell_yaml

MORE_IS_BETTER = frozenset(
    {
        *("acc", "accuracy", "ap", "auc", "auroc", "auprc", "bleu", "dice", "f1", "fscore", "iou"),
        *("kappa", "map", "mcc", "miou", "ndcg", "precision", "psnr", "r2", "recall", "rouge"),
        *("sensitivity", "specificity", "ssim", "top1", "top5"),
    }
)
"""Words in the name of a metric that grows as the model gets better."""

LESS_IS_BETTER = frozenset(
    {"err", "error", "loss", "mae", "mse", "nll", "perplexity", "ppl", "rmse", "wer"}
)
"""Words in the name of a metric that shrinks."""


def _is_judge(name: str) -> bool:
    """Whether a scheduler's LR follows a metric and nothing else, warm-ups aside."""
    return name in CATALOG and CATALOG[name].takes_metric


@rule(
    "LR031",
    "plateau-mode",
    "warning",
    summary="ReduceLROnPlateau minimizes a metric of which more is better, or the reverse",
    why=(
        "mode is min unless it is given. An accuracy that improves is then a metric that gets "
        "worse with every call: the LR drops each time that patience is over, while the model "
        "learns, until nothing is left of it."
    ),
    threads=("md-mohaiminul/ViS4mer#4",),
)
def plateau_mode(view: View) -> Iterator[Found]:
    """Look at the metric's name, and at which way it goes while the LR drops."""
    for part in view.of("ReduceLROnPlateau"):
        mode = part.facts.arguments.get("mode")
        values = view.metric
        if mode not in ("min", "max") or values is None:
            continue
        wanted = _mode_of(view.schedule.metric_name)
        drops = int((np.diff(part.lr[0]) < 0).sum())
        seen = f"the LR drops {drops} times" if drops != 1 else "the LR drops once"
        if wanted and wanted != mode:
            reason = f"'{view.schedule.metric_name}' is a metric of which "
            reason += f"{'more' if wanted == 'max' else 'less'} is better and mode is {mode}"
        elif not wanted and drops and (way := _way(values)) and way != mode:
            wanted, verb = way, "rises" if way == "max" else "falls"
            known = values[np.isfinite(values)]
            reason = f"the metric {verb} from {rate(known[0])} to {rate(known[-1])} and "
            reason += f"mode is {mode}"
        else:
            continue
        text = f"{reason}: {seen}; set mode to {wanted}"
        yield Found(part.key("mode"), text, part.fix("mode", wanted))


def _mode_of(name: str) -> str:
    """Return the mode that a metric's name asks for; empty where it says nothing.

    >>> _mode_of("val_acc"), _mode_of("mAP@50"), _mode_of("val_loss"), _mode_of("y")
    ('max', 'max', 'min', '')
    """
    words = set(re.findall(r"[a-z]+[0-9]*", name.lower()))
    if words & LESS_IS_BETTER:
        return "min"
    return "max" if words & MORE_IS_BETTER else ""


def _way(values: Values) -> str:
    """Return the mode that fits a metric which moves one way nearly all the time."""
    known = values[np.isfinite(values)]
    moves = np.diff(known)
    ways = float(np.abs(moves).sum())
    net = float(moves.sum())
    if ways == 0 or abs(net) < 0.8 * ways:
        return ""
    return "max" if net > 0 else "min"


@rule(
    "LR032",
    "patience-outlasts-run",
    "warning",
    summary="ReduceLROnPlateau's patience is longer than the run",
    why=(
        "The LR drops after patience + 1 calls without improvement. Where the run has no more "
        "calls than that it never does, whatever the metric: the scheduler is decoration. "
        "patience counts calls, which are epochs where it is stepped once an epoch."
    ),
)
def patience_outlasts(view: View) -> Iterator[Found]:
    """Compare patience with the calls."""
    for part in view.of("ReduceLROnPlateau"):
        patience = part.number("patience")
        if patience is not None and patience >= part.length:
            given = "" if "patience" in part.facts.given else ", the default,"
            text = f"a patience of {count(patience)}{given} in {calls(part.length)}: the LR never"
            remedy = f"set patience to {max(0, part.length // 4)} or so"
            yield Found(part.key("patience"), f"{text} drops; {remedy}")


@rule(
    "LR033",
    "plateau-floor-above-lr",
    "warning",
    summary="ReduceLROnPlateau's min_lr is not below the LR",
    why=(
        "The LR is never taken below min_lr. Where that is the optimizer's own learning rate or "
        "more there is nowhere to go: plateaus are counted and nothing happens."
    ),
)
def floor_above_lr(view: View) -> Iterator[Found]:
    """Compare min_lr with every group's LR."""
    for part in view.of("ReduceLROnPlateau"):
        pairs = list(zip(part.rates("min_lr"), view.base_lr, strict=False))
        high = [(low, base) for low, base in pairs if low > base or (low == base > 0)]
        if high and (len(high) == len(pairs) or any(low > base for low, base in high)):
            text = f"min_lr {rate(high[0][0])} is not below the LR of "
            text += listed([rate(base) for _, base in high])
            yield Found(part.key("min_lr"), f"{text}, which never drops; set it far lower")


@rule(
    "LR036",
    "metric-runs-out",
    "warning",
    summary="the LR drops for a metric that has run out and whose last value is held",
    why=(
        "A metric with fewer values than there are calls goes on with its last one, which never "
        "improves: every time that patience is over the LR drops, for losses that nobody has "
        "measured. What the figure shows there is patience, not the run. A metric that ends with "
        "the plateau that is meant needs as many values as calls, or an expression."
    ),
)
def metric_runs_out(view: View) -> Iterator[Found]:
    """Count the drops after the calls that have a value of their own."""
    given = view.schedule.metric
    if not _is_judge(view.top.name) or not isinstance(given, tuple):
        return
    drops = np.flatnonzero((np.diff(view.lr[:, len(given) :]) < 0).any(axis=0))
    if len(drops):
        first = view.step(len(given) + int(drops[0]) + 1)
        when = f"at step {first}"
        if len(drops) > 1:
            when = f"{len(drops)} times, first {when},"
        last = f"the last of {len(given)} values" if len(given) > 1 else "the only value"
        text = f"the LR drops {when} while {last} is held, from call {len(given)} on"
        yield Found(view.schedule.metric_key, f"{text}; give every call a value of its own")


@rule(
    "LR037",
    "metric-not-finite",
    "note",
    summary="ReduceLROnPlateau is given a metric that is not a finite number",
    why=(
        "torch compares each value with the best so far. NaN is never better, so that it counts "
        "towards patience like a loss that has stopped falling; an infinity is either no "
        "improvement or one that nothing after it can beat, and the LR drops from then on. A loss "
        "may well be NaN in a run that fell apart; a schedule is better judged without it."
    ),
)
def metric_not_finite(view: View) -> Iterator[Found]:
    """Look for NaN and infinities among the values, those that are held left out."""
    if not _is_judge(view.top.name) or view.metric is None:
        return
    given = view.schedule.metric
    values = view.metric[: len(given)] if isinstance(given, tuple) else view.metric
    special = np.flatnonzero(~np.isfinite(values))
    if len(special):
        call = int(special[0])
        best = math.inf if view.top.facts.arguments.get("mode") == "max" else -math.inf
        effect = "nothing after it is better" if values[call] == best else "no improvement to torch"
        more = f", the first of {len(special)} that are not finite" if len(special) > 1 else ""
        text = f"is {spell_yaml(float(values[call]))} at call {call}{more}: {effect}"
        yield Found(view.schedule.metric_key, f"{text}; look at what was measured there")


RULES: tuple[Rule, ...] = (
    *(plateau_mode, patience_outlasts, floor_above_lr),
    *(metric_runs_out, metric_not_finite),
)
