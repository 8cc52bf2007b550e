"""Schedules that people train well with, of torch's own classes and of lambdas, at any length."""

from typing import Any

from hypothesis import strategies as st

Tree = dict[str, Any]
Draw = st.DrawFn

RATES = st.sampled_from([1e-4, 3e-4, 1e-3, 0.01, 0.05, 0.1, 0.3])
START_FACTORS = st.sampled_from([1e-4, 1e-3, 0.01, 0.1, 1 / 3, 0.5])
FLOORS = st.sampled_from([0.0, 1e-3, 0.01, 0.1])


def sequential(*phases: tuple[Tree, int]) -> Tree:
    """Return phases one after another, each with the calls that it is given."""
    ends = [sum(calls for _, calls in phases[: index + 1]) for index in range(len(phases))]
    return {"SequentialLR": {"schedulers": [each for each, _ in phases], "milestones": ends[:-1]}}


@st.composite
def warmups(draw: Draw, calls: int) -> Tree:
    """A warm-up of so many calls, in a straight line or at a constant fraction."""
    if draw(st.booleans()):
        return {"LinearLR": {"start_factor": draw(START_FACTORS), "total_iters": calls}}
    return {
        "ConstantLR": {"factor": draw(st.sampled_from([0.01, 0.1, 1 / 3])), "total_iters": calls}
    }


@st.composite
def decays(draw: Draw, calls: int, floor: float) -> Tree:
    """A decay that is over after so many calls; `floor` is below the LR of every group."""
    match draw(st.sampled_from(["cosine", "linear", "polynomial", "exponential"])):
        case "cosine":
            less = draw(st.sampled_from([0, 0, 1])) if calls > 1 else 0
            return {"CosineAnnealingLR": {"T_max": calls - less, "eta_min": floor}}
        case "linear":
            end = draw(FLOORS)
            return {"LinearLR": {"start_factor": 1.0, "end_factor": end, "total_iters": calls}}
        case "polynomial":
            power = draw(st.sampled_from([0.5, 1.0, 2.0, 3.0]))
            return {"PolynomialLR": {"total_iters": calls, "power": power}}
    last = draw(st.sampled_from([1e-3, 0.01, 0.1, 0.5]))
    return {"ExponentialLR": {"gamma": last ** (1 / calls)}}


@st.composite
def warmup_then_decay(draw: Draw, calls: int, floor: float) -> Tree:
    warmup = draw(st.integers(1, max(1, calls // 3)))
    rest = calls - warmup
    if rest < 1:
        return draw(decays(calls, floor))
    return sequential((draw(warmups(warmup)), warmup), (draw(decays(rest, floor)), rest))


@st.composite
def warmup_stable_decay(draw: Draw, calls: int, _: float) -> Tree:
    if calls < 4:
        return {"CosineAnnealingLR": {"T_max": calls}}
    warmup = draw(st.integers(1, calls // 3))
    decay = draw(st.integers(1, calls // 3))
    stable = calls - warmup - decay
    hold = {"ConstantLR": {"factor": 1.0, "total_iters": stable}}
    end = {"LinearLR": {"start_factor": 1.0, "end_factor": draw(FLOORS), "total_iters": decay}}
    return sequential((draw(warmups(warmup)), warmup), (hold, stable), (end, decay))


@st.composite
def steps(draw: Draw, calls: int, _: float) -> Tree:
    gamma = draw(st.sampled_from([0.1, 0.2, 0.5, 0.9]))
    if calls < 4:
        return {"ExponentialLR": {"gamma": 0.5}}
    if draw(st.sampled_from(["StepLR", "MultiStepLR"])) == "StepLR":
        every = draw(st.integers(max(1, calls // 5), calls - 1))
        return {"StepLR": {"step_size": every, "gamma": gamma}}
    places = st.integers(1, calls - 1)
    milestones = sorted(draw(st.sets(places, min_size=1, max_size=3)))
    return {"MultiStepLR": {"milestones": milestones, "gamma": gamma}}


@st.composite
def restarts(draw: Draw, calls: int, floor: float) -> Tree:
    """Warm restarts whose last cycle ends with the run."""
    lengths = [n for n in range(2, calls // 2 + 1) if calls % n == 0]
    growing = [n for n in range(2, calls // 3 + 1) if n * 3 == calls or n * 7 == calls]
    doubles = draw(st.booleans())
    if growing and doubles:
        given = {"T_0": draw(st.sampled_from(growing)), "T_mult": 2, "eta_min": floor}
        return {"CosineAnnealingWarmRestarts": given}
    if not lengths:
        return draw(warmup_then_decay(calls, floor))
    first = draw(st.sampled_from(lengths))
    return {"CosineAnnealingWarmRestarts": {"T_0": first, "eta_min": floor}}


@st.composite
def chained(draw: Draw, calls: int, _: float) -> Tree:
    """A short warm-up at the same time as drops that come later, as detectors are trained."""
    if calls < 8:
        return {"ExponentialLR": {"gamma": 0.5}}
    warmup = draw(st.integers(1, calls // 4))
    drops = sorted(draw(st.sets(st.integers(calls // 2, calls - 1), min_size=1, max_size=2)))
    up = {"LinearLR": {"start_factor": draw(START_FACTORS), "total_iters": warmup}}
    return {"ChainedScheduler": {"schedulers": [up, {"MultiStepLR": {"milestones": drops}}]}}


@st.composite
def lambdas(draw: Draw, calls: int, _: float) -> Tree:
    """A factor as people write it by hand: a way up, and every usual way down."""
    warmup = draw(st.integers(0, calls // 3))
    rest = max(1, calls - warmup)
    first = draw(
        st.sampled_from(
            ["(epoch + 1) / {}", "1e-3 + 0.999 * epoch / {}", "1e-4 + 0.9999 * epoch / {}"]
        )
    )
    up = f"{first.format(warmup)} if epoch < {warmup} else " if warmup else ""
    done, end = f"(epoch - {warmup}) / {rest}", draw(st.sampled_from([0.01, 0.05, 0.1]))
    early = max(1, round(rest * draw(st.sampled_from([0.8, 0.9, 1.0]))))
    until = f"min(epoch - {warmup}, {early}) / {early}"
    drop, every = (
        draw(st.sampled_from([0.1, 0.5])),
        draw(st.integers(max(1, rest // 4), max(1, rest - 1))),
    )
    forms = [
        f"{up}0.5 * (1 + cos(pi * {done}))",
        f"{up}{end} + {1 - end} * 0.5 * (1 + cos(pi * {until}))",
        f"{up}max(0, 1 - {done})",
        f"{up}max({end}, 1 - {done})",
        f"{up}max(0, 1 - {done}) ** 0.9",
        f"{up}max(0, 1 - {done}) ** 2",
        f"{up}0.01 ** ({done})",
        f"{up}1" if warmup > 1 else f"0.05 ** (epoch / {calls})",
        f"min((epoch + 1) / {max(1, warmup)}, sqrt({max(1, warmup)} / (epoch + 1)))",
        "1 / sqrt(1 + epoch)",
        "1 / (1 + 0.1 * epoch)",
        f"{drop} ** (epoch // {max(1, min(every, calls - 1))})",
        f"{up}{drop} ** ((epoch - {warmup}) // {every})",
        f"1 if epoch < {calls // 2} else 0.1 if epoch < {3 * calls // 4} else 0.01",
    ]
    return {"LambdaLR": {"lr_lambda": draw(st.sampled_from(forms))}}


@st.composite
def factors(draw: Draw, calls: int, _: float) -> Tree:
    """A factor a call that comes down to a share of the LR in the end."""
    last = draw(st.sampled_from([1e-3, 0.01, 0.1, 0.5]))
    return {"MultiplicativeLR": {"lr_lambda": str(last ** (1 / calls))}}


@st.composite
def stairs(draw: Draw, epochs: int, steps_per_epoch: int) -> Tree:
    """A factor that changes once an epoch of many, though it is called once a step."""
    each = f"floor(epoch / {steps_per_epoch})"
    forms = [
        f"0.5 * (1 + cos(pi * {each} / {epochs}))",
        f"1 - {each} / {epochs}",
        f"0.05 ** ({each} / {epochs})",
        f"0.01 + 0.99 * 0.5 * (1 + cos(pi * {each} / {epochs}))",
    ]
    return {"LambdaLR": {"lr_lambda": draw(st.sampled_from(forms))}}


@st.composite
def noam(draw: Draw, calls: int) -> Tree:
    """The schedule of the first transformers, whose factor is the LR itself."""
    width = draw(st.sampled_from([256, 512, 1024]))
    warmup = draw(st.integers(2, max(2, calls // 3)))
    call = draw(st.sampled_from(["(epoch + 1)", "max(1, epoch)"]))
    text = f"{width} ** -0.5 * min({call} ** -0.5, {call} * {warmup} ** -1.5)"
    return {"LambdaLR": {"lr_lambda": text}}


@st.composite
def alone(draw: Draw, calls: int, floor: float) -> Tree:
    return draw(decays(calls, floor))


@st.composite
def cyclic(draw: Draw, calls: int, rates: list[float]) -> Tree:
    """A CyclicLR whose last cycle ends with the run."""
    half = draw(st.sampled_from([n for n in range(1, calls // 2 + 1) if calls % (2 * n) == 0]))
    lows = [rate / 10 for rate in rates]
    mode = draw(st.sampled_from(["triangular", "triangular2", "exp_range"]))
    given: Tree = {"base_lr": lows, "max_lr": rates, "step_size_up": half, "mode": mode}
    if mode == "exp_range":
        given["gamma"] = draw(st.sampled_from([0.9, 0.99, 0.999]))
    return {"CyclicLR": given}


@st.composite
def one_cycle(draw: Draw, calls: int, rates: list[float]) -> Tree:
    share = draw(st.sampled_from([0.1, 0.25, 0.3, 0.4]))
    given = {"max_lr": [25 * rate for rate in rates], "total_steps": calls, "pct_start": share}
    strategy = draw(st.sampled_from(["cos", "linear"]))
    return {"OneCycleLR": {**given, "anneal_strategy": strategy}}


RECIPES = (
    alone,
    warmup_then_decay,
    warmup_stable_decay,
    steps,
    restarts,
    chained,
    lambdas,
    factors,
)
KINDS = (*RECIPES, lambdas, "one_cycle", "cyclic", "plateau", "stairs", "noam", "one a group")


@st.composite
def optimizers(draw: Draw) -> tuple[Tree, list[float]]:
    """An optimizer and the learning rate of each of its groups."""
    rates = draw(st.lists(RATES, min_size=1, max_size=3))
    name = draw(st.sampled_from(["SGD", "Adam", "AdamW", "RMSprop"]))
    given: Tree = {"lr": rates[0]}
    if name in ("SGD", "RMSprop"):
        given["momentum"] = 0.9
    if len(rates) > 1:
        given["param_groups"] = [{"lr": rate} for rate in rates]
    return {name: given}, rates


@st.composite
def runs(draw: Draw, intervals: tuple[str, ...] = ("step", "epoch"), epochs: int = 2) -> Tree:
    """How long a run is, and when its scheduler is called."""
    few, many = st.integers(epochs, epochs + 10), st.integers(20, 100)
    is_long = draw(st.sampled_from([False, False, False, True]))
    return {
        "epochs": draw(many if is_long else few),
        "steps_per_epoch": draw(st.integers(1, 6 if is_long else 25)),
        "interval": draw(st.sampled_from(intervals)),
    }


def count_calls(run: Tree) -> int:
    """Return how often a scheduler is called."""
    epochs: int = run["epochs"]
    return epochs * (run["steps_per_epoch"] if run["interval"] == "step" else 1)


@st.composite
def losses(draw: Draw, calls: int) -> tuple[int, list[float]]:
    """A patience, and a loss that falls and may come to rest for a few times as long."""
    rest = draw(st.sampled_from([0.0, 0.1, 0.5]))
    patience = draw(st.integers(calls // 6 if rest else 0, calls - 1))
    return patience, [max(0.9**call, rest) for call in range(calls)]


@st.composite
def sound_specs(draw: Draw) -> Tree:
    """A spec with one of torch's own schedulers."""
    run, kind = draw(runs()), draw(st.sampled_from(KINDS))
    calls = count_calls(run)
    optimizer, rates = draw(optimizers())
    spec = {**run, "optimizer": optimizer}
    if kind == "plateau":
        patience, metric = draw(losses(calls))
        scheduler = {"ReduceLROnPlateau": {"patience": patience}}
        return {**spec, "scheduler": scheduler, "metric": metric}
    if kind == "noam" and calls >= 6:
        optimizer = {"Adam": {"lr": draw(st.sampled_from([1.0, 2.0])), "betas": [0.9, 0.98]}}
        return {**run, "optimizer": optimizer, "scheduler": draw(noam(calls))}
    if kind == "stairs":
        run = draw(runs(("step",), 10))
        scheduler = draw(stairs(run["epochs"], run["steps_per_epoch"]))
        return {**spec, **run, "scheduler": scheduler}
    if kind == "cyclic" and calls % 2 == 0:
        return {**spec, "scheduler": draw(cyclic(calls, rates))}
    if kind == "one_cycle" and calls >= 12:
        return {**spec, "scheduler": draw(one_cycle(calls, rates))}
    if kind == "one a group" and len(rates) > 1:
        each = [draw(lambdas(calls, 0.0))["LambdaLR"]["lr_lambda"] for _ in rates]
        return {**spec, "scheduler": {"LambdaLR": {"lr_lambda": each}}}
    recipe = alone if isinstance(kind, str) else kind
    floor = draw(FLOORS) * min(rates)
    return {**spec, "scheduler": draw(recipe(calls, floor))}
