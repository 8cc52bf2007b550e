"""ReduceLROnPlateau: the wrong direction, too patient, with nowhere to go, or given no loss."""

import math
import re
from collections.abc import Iterator

import numpy as np

from lrviz.curve import Values
from lrviz.drive.remarks import parse_metric
from lrviz.linter.part import METRIC, Part
from lrviz.linter.rule import Found, calls, count, rate, rates, rounded, rule
from lrviz.linter.view import View
from lrviz.spec.expression import ExpressionError
from lrviz.spec.tree import MetricExpression
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


@rule("LR031", "warning", about=(METRIC,))
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
        text = f"{reason} and mode is {mode}: the LR drops {_times(drops)}"
        fix = part.fix("mode", wanted, is_certain=part.entry is not None)
        yield Found(part.key("mode"), text, fix, f"set mode to {wanted}", part.grade)


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


@rule("LR032", "warning", about=("patience",), silenced_by=("LR015",))
def patience_outlasts_run(view: View, part: Part) -> Iterator[Found]:
    """A plateau scheduler's patience is longer than the run.

    The LR drops after patience + 1 calls without improvement. Where the run has no more calls than
    that it never does, whatever the metric: the scheduler is decoration. patience counts calls,
    which are epochs where it is stepped once an epoch.
    """
    name, patience = part.role("patience"), part.value("patience")
    if patience >= part.length - part.value("warmup", 0.0):
        given = "" if name in part.facts.given else ", the default,"
        text = f"a patience of {count(patience)}{given} in {calls(part.length)}: the LR never drops"
        fix = part.fix(name, max(0, part.length // 4), " or so")
        fixes = (*view.if_steps(patience, part), *fix)
        yield Found(part.key(name), text, fixes, f"choose one far below {part.length}")


@rule("LR033", "warning", about=("floor",), silenced_by=("LR042",))
def plateau_floor_above_lr(view: View, part: Part) -> Iterator[Found]:
    """The lowest LR of a plateau scheduler is not below the LR.

    The LR is never taken below min_lr. Where that is the optimizer's own learning rate or more
    there is nowhere to go: plateaus are counted and nothing happens.
    """
    name = part.role("floor")
    bases = view.base_lr if part.facts.takes_metric else ()
    bases = () if part.grade else bases  # whose curve may say otherwise
    pairs = list(zip(part.rates(name), bases, strict=False))
    high = [(low, base) for low, base in pairs if low > base or (low == base > 0)]
    if high and (len(high) == len(pairs) or any(low > base for low, base in high)):
        low, base = high[0][0], rates([base for _, base in high])
        text = f"{name} {rate(low)} is not below the LR of {base}, which never drops"
        fix = part.fix(name, rounded(min(view.base_lr) / 100))
        yield Found(part.key(name), text, fix, "set it far lower")


@rule("LR036", "warning", about=(METRIC,))
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
        remedy, is_an_epoch = "give every call a value of its own", known == view.schedule.epochs
        unit = view.call_every("epoch", part, f", or {remedy}") if is_an_epoch else ()
        yield Found(view.schedule.metric_key, text, unit, remedy)


@rule("LR037", "note", about=(METRIC,))
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
        remedy = "look at what was measured there"
        yield Found(view.schedule.metric_key, text, remedy=remedy)


@rule("LR043", "warning", about=("patience",), silenced_by=("LR036",))
def patience_between_values(view: View, part: Part) -> Iterator[Found]:
    """Patience runs out while a metric waits for the next validation.

    Where a model is validated every tenth call and the scheduler is given the last result at all
    of them, nine calls of ten see no improvement. A shorter patience is over before the next
    validation can say otherwise: the LR drops although every single validation improves. Call the
    scheduler when there is something new, or count patience in calls.
    """
    values, patience = view.metric, part.value("patience")
    if values is None or not (np.isfinite(values).all() and patience >= 0):
        return
    starts = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist()]
    moves = np.diff(values[starts])
    way = -1 if part.facts.arguments.get("mode") == "min" else 1
    drops = int((np.diff(part.lr[0, : starts[-1] + 1]) < 0).sum())
    gaps, is_noisy = np.diff(starts), part.role("noise") in part.facts.given
    longest, is_held = int(gaps.max(initial=0)), gaps.min(initial=len(values)) > 1
    if is_held and (way * moves > 0).all() and drops and longest > patience + 1 and not is_noisy:
        text = f"the metric has a new value every {longest} calls, and each is better: a patience "
        text += f"of {count(patience)} is over in between, the LR drops {_times(drops)}"
        name = part.role("patience")
        wanted = (int(patience + 1) * longest, longest)
        fixes = [fix for each in wanted for fix in part.fix(name, each)]
        remedy = "call it when there is a new value"
        yield Found(part.key(name), text, tuple(fixes), remedy)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


@rule("LR044", "note", about=(METRIC,))
def metric_counts_calls(view: View, part: Part) -> Iterator[Found]:
    """A metric's expression counts calls where steps were meant.

    In the expression of a metric the count is of calls of scheduler.step(). Under `interval: epoch`
    these are the epochs: a loss that is written to fall over some thousands of steps hardly moves
    in thirty calls.
    """
    schedule, values = view.schedule, view.metric
    given, each = schedule.metric, schedule.steps_per_call
    if each in (1, schedule.frequency) or values is None or not isinstance(given, MetricExpression):
        return
    try:
        last = parse_metric(schedule, given.expression)(schedule.total_steps - 1)
    except ExpressionError:  # none that far
        return
    moved, meant = abs(float(values[-1] - values[0])), abs(last - float(values[0]))
    if 20 * moved < abs(values[0]) < 20 * meant and 4 * moved < meant:
        text = f"under interval: epoch it counts {calls(view.calls)}, not {schedule.total_steps} "
        text += f"steps: the metric goes from {rate(values[0])} to {rate(values[-1])}"
        remedy = f"multiply the count by steps_per_epoch, {each}"
        yield Found((*schedule.metric_key, "expression"), text, remedy=remedy)
