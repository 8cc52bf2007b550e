"""Schedules of transformers and timm that people train well with, at any length."""

from hypothesis import strategies as st

from tests.support.sound_schedules import Draw, Tree, count_calls, losses, optimizers, runs

SHARES = st.sampled_from([1e-4, 1e-3, 0.01, 0.1])
FLOOR_SHARES = st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.2])


@st.composite
def of_transformers(draw: Draw) -> Tree:
    """A spec with a schedule of transformers, called a step, or an epoch without a start at 0."""
    run = draw(runs(epochs=4))
    calls, is_step = count_calls(run), run["interval"] == "step"
    optimizer, rates = draw(optimizers())
    name, given = draw(_from_above_0(calls, rates[0]))
    if is_step and draw(st.booleans()):
        name, given = draw(_from_0(calls, rates[0]))
    spec = {**run, "optimizer": optimizer, "scheduler": {f"transformers.{name}": given}}
    if draw(st.sampled_from([False, False, False, True])):
        patience, spec["metric"] = draw(losses(calls))
        name, given = draw(_adaptive(patience, rates))
        spec["scheduler"] = {f"transformers.{name}": given}
    return spec


Named = tuple[str, Tree]


@st.composite
def _from_0(draw: Draw, calls: int, lr: float) -> Named:
    """A schedule with transformers' own warm-up, from 0."""
    warmup = draw(st.integers(1, max(1, calls // 3)))
    given: Tree = {"num_warmup_steps": warmup}
    if draw(st.booleans()):
        given["num_training_steps"] = calls
    named: list[Named] = [
        ("get_linear_schedule_with_warmup", given),
        ("get_cosine_schedule_with_warmup", given),
        ("get_cosine_with_min_lr_schedule_with_warmup", {**given, **draw(_floor(lr))}),
        ("get_polynomial_decay_schedule_with_warmup", {**given, **draw(_power(lr))}),
        ("get_wsd_schedule", {**given, **draw(_parts(calls, warmup))}),
        ("get_constant_schedule_with_warmup", {"num_warmup_steps": warmup}),
        ("get_inverse_sqrt_schedule", {"num_warmup_steps": warmup}),
    ]
    cycles = draw(st.integers(2, 4))
    if calls - warmup >= 5 * cycles:
        restarts = {**given, "num_cycles": cycles}
        named.append(("get_cosine_with_hard_restarts_schedule_with_warmup", restarts))
    return named[draw(st.integers(0, len(named) - 1))]


@st.composite
def _from_above_0(draw: Draw, calls: int, lr: float) -> Named:
    """A schedule without a warm-up, or with one from a share of the LR."""
    warmup = draw(st.integers(2, max(2, calls // 3)))
    late = {"num_warmup_steps": warmup, **draw(_floor(lr))}
    if draw(st.booleans()):
        late["warmup_lr_rate"] = draw(SHARES)
    parts = {"num_warmup_steps": warmup, **draw(_parts(calls, warmup))}
    named: list[Named] = [
        ("get_constant_schedule", {}),
        ("get_linear_schedule_with_warmup", {"num_warmup_steps": 0}),
        ("get_cosine_schedule_with_warmup", {"num_warmup_steps": 0}),
        ("get_cosine_with_min_lr_schedule_with_warmup_lr_rate", late),
        ("get_wsd_schedule", {**parts, "min_lr_ratio": draw(st.sampled_from([0.01, 0.1]))}),
    ]
    return named[draw(st.integers(0, len(named) - 1))]


@st.composite
def _floor(draw: Draw, lr: float) -> Tree:
    share = draw(FLOOR_SHARES)
    return draw(st.sampled_from([{"min_lr_rate": share}, {"min_lr": share * lr}]))


@st.composite
def _power(draw: Draw, lr: float) -> Tree:
    given: Tree = {"power": draw(st.sampled_from([0.9, 1.0, 2.0]))}
    end = draw(st.sampled_from([None, 0.0, lr / 100]))
    return given if end is None else {**given, "lr_end": end}


@st.composite
def _parts(draw: Draw, calls: int, warmup: int) -> Tree:
    """The decay, and perhaps the stable phase, of a schedule that takes all of the run."""
    longest = max(2, calls - warmup - 1)
    decay = draw(st.integers(min(longest, max(2, calls // 10)), longest))
    given: Tree = {"num_decay_steps": decay}
    given["decay_type"] = draw(st.sampled_from(["linear", "cosine", "1-sqrt"]))
    if draw(st.booleans()) and calls > warmup + decay:
        given["num_stable_steps"] = calls - warmup - decay
    return given


@st.composite
def _adaptive(draw: Draw, patience: int, rates: list[float]) -> Named:
    """A schedule that follows a loss."""
    given = {"patience": patience, "factor": draw(st.sampled_from([0.1, 0.5, 0.9]))}
    if draw(st.booleans()):
        return "get_reduce_on_plateau_schedule", given
    bounds = {"min_lr": min(rates) / 100, "max_lr": 2 * max(rates)}
    return "get_greedy_schedule", {**given, **bounds}


@st.composite
def of_timm(draw: Draw) -> Tree:
    """A spec with a scheduler of timm, in either unit."""
    unit = draw(st.sampled_from(["step", "epoch"]))
    run = draw(runs((unit,), 10 if unit == "epoch" else 2))
    calls = count_calls(run)
    optimizer, rates = draw(optimizers())
    spec: Tree = {**run, "optimizer": optimizer}
    if unit == "epoch" and draw(st.sampled_from([False, False, False, True])):
        patience, metric = draw(losses(calls))
        rate = draw(st.sampled_from([0.1, 0.5]))
        patience = min(patience, calls // 2)  # a warm-up takes some of its calls
        judge: Tree = {"patience_t": patience, "decay_rate": rate, "mode": "min"}
        judge |= draw(_warmup(calls // 4, min(rates)))
        if draw(st.booleans()):
            judge |= draw(_noise(calls))
        return {**spec, "scheduler": {"timm.PlateauLRScheduler": judge}, "metric": metric}
    name, given = draw(_annealed(calls, min(rates)))
    if draw(st.booleans()):
        name, given = draw(_dropped(calls, min(rates)))
    if unit == "step":
        given = {**given, "t_in_epochs": False}
    if draw(st.sampled_from([False, False, True])):
        given = {**given, **draw(_noise(calls))}
    return {**spec, "scheduler": {f"timm.{name}": given}}


@st.composite
def _warmup(draw: Draw, longest: int, lr: float) -> Tree:
    warmup = draw(st.integers(0, longest))
    return {"warmup_t": warmup, "warmup_lr_init": draw(SHARES) * lr} if warmup else {}


@st.composite
def _noise(draw: Draw, calls: int) -> Tree:
    first, last = round(0.4 * calls), max(round(0.9 * calls), round(0.4 * calls) + 1)
    where = draw(st.sampled_from([first, [first, last]]))
    more: Tree = draw(
        st.sampled_from([{}, {"noise_pct": 0.3, "noise_std": 0.1}, {"noise_seed": 7}])
    )
    return {"noise_range_t": where, **more}


@st.composite
def _annealed(draw: Draw, calls: int, lr: float) -> Named:
    """A fall that ends with the run, in one cycle or more."""
    floor = {"lr_min": draw(FLOOR_SHARES) * lr}
    is_prefix = draw(st.booleans())
    warmup = draw(_warmup(calls // (3 if is_prefix else 6), lr))
    before = warmup.get("warmup_t", 0)
    decay = draw(st.integers(max(2, (calls - before) // 10), max(2, (calls - before) // 2)))
    ways = st.sampled_from(["linear", "1-sqrt", "cosine", "power", "exp"])
    stable = draw(st.sampled_from(["constant", "rsqrt"] if before else ["constant"]))
    wsd = {**floor, **warmup, "decay_t": decay, "decay_fn": draw(ways), "stable_fn": stable}
    named: list[Named] = [("WSDLRScheduler", wsd)]
    given = {**floor, **warmup, **({"warmup_prefix": True} if is_prefix else {})}
    powers = [0.5, 1.0] if warmup and not is_prefix else [0.5, 1.0, 2.0]
    given = {**given, **draw(_cycles(calls - before * is_prefix))}
    poly = {**given, "power": draw(st.sampled_from(powers))}
    named += [("CosineLRScheduler", given), ("TanhLRScheduler", given), ("PolyLRScheduler", poly)]
    return named[draw(st.integers(0, len(named) - 1))]


@st.composite
def _cycles(draw: Draw, calls: int) -> Tree:
    """The length of a cycle, which may be left out where it is the only one."""
    growing = draw(st.sampled_from([1, 2]))
    cycles = draw(st.integers(1, 3))
    parts = sum(growing**each for each in range(cycles))
    if cycles == 1 or calls % parts or calls // parts < 4:
        return draw(st.sampled_from([{}, {"t_initial": calls}]))
    lower = draw(st.sampled_from([{}, {"cycle_decay": 0.5}]))
    longer = {"cycle_mul": 2.0} if growing == 2 else {}
    return {"t_initial": calls // parts, "cycle_limit": cycles, **longer, **lower}


@st.composite
def _dropped(draw: Draw, calls: int, lr: float) -> Named:
    """Drops, one at least, and none of them beyond the run."""
    warmup = draw(_warmup(calls // 4, lr))
    rest = calls - warmup.get("warmup_t", 0)
    if rest < 4:
        return "WSDLRScheduler", {"decay_t": 2}
    rate = draw(st.sampled_from([0.1, 0.2, 0.5, 0.9]))
    given = {**warmup, "decay_rate": rate}
    places = draw(st.sets(st.integers(2, rest), min_size=1, max_size=3))
    every = draw(st.integers(max(1, rest // 5), rest - 1))
    named: list[Named] = [
        ("MultiStepLRScheduler", {**given, "decay_t": sorted(places)}),
        ("StepLRScheduler", {**given, "decay_t": every}),
    ]
    if rest > 10:  # as EfficientNets are trained
        named.append(("StepLRScheduler", {**warmup, "decay_t": 2.4, "decay_rate": 0.97}))
    return named[draw(st.integers(0, len(named) - 1))]
