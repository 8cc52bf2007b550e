"""ReduceLROnPlateau: the wrong direction, too patient, with nowhere to go, or given no loss."""

import math
import re
from collections.abc import Iterator

import numpy as np

from lrviz.curve import Values
from lrviz.linter.rule import Found, calls, count, rate, rates, rule
from lrviz.linter.view import Part, View
from lrviz.spell import spell_yaml

# Words in the name of a metric.
MORE_IS_BETTER = frozenset(
    {
        *("acc", "accuracy", "ap", "auc", "auroc", "auprc", "bleu", "dice", "f1", "fscore", "iou"),
        *("kappa", "map", "mcc", "miou", "ndcg", "precision", "psnr", "r2", "recall", "rouge"),
        *("sensitivity", "specificity", "ssim", "top1", "top5"),
    }
)
LESS_IS_BETTER = frozenset(
    {"err", "error", "loss", "mae", "mse", "nll", "perplexity", "ppl", "rmse", "wer"}
)

# The schedulers whose learning rate follows a metric and nothing else, warm-ups aside.
JUDGES = (
    *("ReduceLROnPlateau", "timm.PlateauLRScheduler"),
    *("transformers.get_greedy_schedule", "transformers.get_reduce_on_plateau_schedule"),
)


@rule("LR031", "warning", about=("ReduceLROnPlateau",))
def plateau_mode(view: View, part: Part) -> Iterator[Found]:
    """ReduceLROnPlateau minimizes a metric of which more is better, or the reverse.

    mode is min unless it is given. An accuracy that improves is then a metric that gets worse with
    every call: the LR drops each time that patience is over, while the model learns, until nothing
    is left of it.

    Met in md-mohaiminul/ViS4mer#4.
    """
    mode, values = part.facts.arguments.get("mode"), view.metric
    if mode not in ("min", "max") or values is None:
        return
    drops = int((np.diff(part.lr[0]) < 0).sum())
    wanted, reason = _judge_name(view.schedule.metric_name)
    if not wanted and drops:
        wanted, reason = _judge_course(values[np.isfinite(values)])
    if wanted and wanted != mode:
        seen = f"the LR drops {drops} times" if drops != 1 else "the LR drops once"
        text = f"{reason} and mode is {mode}: {seen}; set mode to {wanted}"
        yield Found(part.key("mode"), text, part.fix("mode", wanted))


def _judge_name(name: str) -> tuple[str, str]:
    """Return the mode that a metric's name asks for, and why; empty where it says nothing.

    >>> [_judge_name(each)[0] for each in ("val_acc", "mAP@50", "val_loss", "y")]
    ['max', 'max', 'min', '']
    """
    words = set(re.findall(r"[a-z]+[0-9]*", name.lower()))
    for mode, better, known in (("min", "less", LESS_IS_BETTER), ("max", "more", MORE_IS_BETTER)):
        if words & known:
            return mode, f"'{name}' is a metric of which {better} is better"
    return "", ""


def _judge_course(values: Values) -> tuple[str, str]:
    """Return the mode that fits a metric which moves one way nearly all the time, and why."""
    moves = np.diff(values)
    ways, net = float(np.abs(moves).sum()), float(moves.sum())
    if ways == 0 or abs(net) < 0.8 * ways:
        return "", ""
    mode, verb = ("max", "rises") if net > 0 else ("min", "falls")
    return mode, f"the metric {verb} from {rate(values[0])} to {rate(values[-1])}"


@rule("LR032", "warning", about=("ReduceLROnPlateau",))
def patience_outlasts_run(view: View, part: Part) -> Iterator[Found]:
    """ReduceLROnPlateau's patience is longer than the run.

    The LR drops after patience + 1 calls without improvement. Where the run has no more calls than
    that it never does, whatever the metric: the scheduler is decoration. patience counts calls,
    which are epochs where it is stepped once an epoch.
    """
    patience = part.number("patience")
    if patience >= part.length:
        given = "" if "patience" in part.facts.given else ", the default,"
        text = f"a patience of {count(patience)}{given} in {calls(part.length)}: the LR never drops"
        remedy = f"set patience to {max(0, part.length // 4)} or so"
        yield Found(part.key("patience"), f"{text}; {remedy}")


@rule("LR033", "warning", about=("ReduceLROnPlateau",))
def plateau_floor_above_lr(view: View, part: Part) -> Iterator[Found]:
    """ReduceLROnPlateau's min_lr is not below the LR.

    The LR is never taken below min_lr. Where that is the optimizer's own learning rate or more
    there is nowhere to go: plateaus are counted and nothing happens.
    """
    pairs = list(zip(part.rates("min_lr"), view.base_lr, strict=False))
    high = [(low, base) for low, base in pairs if low > base or (low == base > 0)]
    if high and (len(high) == len(pairs) or any(low > base for low, base in high)):
        bases = rates([base for _, base in high])
        text = f"min_lr {rate(high[0][0])} is not below the LR of {bases}, which never drops"
        yield Found(part.key("min_lr"), f"{text}; set it far lower")


@rule("LR036", "warning", about=JUDGES)
def metric_runs_out(view: View, part: Part) -> Iterator[Found]:
    """The LR drops for a metric that has run out and whose last value is held.

    A metric with fewer values than there are calls goes on with its last one, which never improves:
    every time that patience is over the LR drops, for losses that nobody has measured. What the
    figure shows there is patience, not the run. A metric that ends with the plateau that is meant
    needs as many values as calls, or an expression.
    """
    given = view.schedule.metric
    known = len(given) if isinstance(given, tuple) else view.calls
    drops = np.flatnonzero((np.diff(view.lr[:, known:]) < 0).any(axis=0))
    if len(drops):
        when = f"at step {view.step(known + int(drops[0]) + 1)}"
        when = f"{len(drops)} times, first {when}," if len(drops) > 1 else when
        last = f"the last of {known} values" if known > 1 else "the only value"
        text = f"the LR drops {when} while {last} is held, from call {known} on"
        yield Found(view.schedule.metric_key, f"{text}; give every call a value of its own")


@rule("LR037", "note", about=JUDGES)
def metric_not_finite(view: View, part: Part) -> Iterator[Found]:
    """ReduceLROnPlateau is given a metric that is not a finite number.

    torch compares each value with the best so far. NaN is never better, so that it counts towards
    patience like a loss that has stopped falling; an infinity is either no improvement or one that
    nothing after it can beat, and the LR drops from then on. A loss may well be NaN in a run that
    fell apart; a schedule is better judged without it.
    """
    given, values = view.schedule.metric, view.metric
    if values is None:
        return
    if isinstance(given, tuple):
        values = values[: len(given)]  # those that are held have been told of
    special = np.flatnonzero(~np.isfinite(values))
    if len(special):
        call, value = int(special[0]), float(values[special[0]])
        best = math.inf if part.facts.arguments.get("mode") == "max" else -math.inf
        effect = "nothing after it is better" if value == best else "no improvement to torch"
        more = f", the first of {len(special)} that are not finite" if len(special) > 1 else ""
        text = f"is {spell_yaml(value)} at call {call}{more}: {effect}"
        yield Found(view.schedule.metric_key, f"{text}; look at what was measured there")
