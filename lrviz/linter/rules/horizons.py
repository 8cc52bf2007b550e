"""Anneals that are planned for another length than they get."""

import math
from collections.abc import Iterator

import numpy as np

from lrviz.linter.part import UNTOLD, Part
from lrviz.linter.rule import Found, calls, count, rate, rule
from lrviz.linter.rules.curves import FEW, see_cut, see_rest, see_returns, tell_rest
from lrviz.linter.view import View

ELSEWHERE = ("LR003", "LR006", "LR030", "LR046")  # which name another reason why a length is wrong

# The share of its peak by which an LR may rise again unseen, as one rounded batch makes it.
_HARDLY = 1e-4

# The share of its calls by which what is guessed of a schedule must be off to be worth a note.
_PLAINLY = 0.05


@rule("LR001", "warning", about=("length", UNTOLD))
def cosine_climbs_again(view: View, part: Part) -> Iterator[Found]:
    """A cosine is over before the run is, and the LR climbs again.

    CosineAnnealingLR is half a period of a cosine. It does not stop at eta_min after T_max calls:
    it goes up again the way it came, and the last steps, which should settle, train with a growing
    learning rate. T_max has to be the number of calls that the scheduler gets; inside SequentialLR
    those are the calls after its milestone. Who wants the LR to return says so with
    CosineAnnealingWarmRestarts.

    Met in google-deepmind/optax#905, OverLordGoldDragon/keras-adamw#33.
    """
    end = part.horizon
    if part.is_untold:
        yield from see_returns(view, part)
    elif 0 < end < part.length - 1 and part.role("noise") not in part.facts.given:
        tail = part.lr[:, math.ceil(end) :]
        group = int(np.argmax(np.ptp(tail, axis=1)))
        low, high = tail[group, 0], tail[group].max()
        if high - low > _HARDLY * view.peak[group]:
            text = f"the LR climbs again after {count(end)} of its {calls(part.length)}, "
            text += f"from {rate(low)} to {rate(high)}"
            if part.facts.begun:
                text += f"; it had {calls(part.facts.begun)} before the run"
            yield Found(
                part.key(part.length_name), text, part.fit(), silenced_by=(*ELSEWHERE, "LR041")
            )


_ENDING = ("length", "stable", "decay", "ramp", "approach", UNTOLD)


@rule("LR002", "warning", about=_ENDING, silenced_by=("LR004", "LR015", "LR041", *ELSEWHERE))
def anneal_never_ends(view: View, part: Part) -> Iterator[Found]:
    """An anneal is planned for more calls than it gets, and stops halfway.

    The last scheduler of a run anneals over as many calls as its T_max, total_iters or total_steps
    says. The usual slip is to give it the length of the whole run although a warm-up takes the
    first part: the cosine is cut off while it falls and the run never trains with the small
    learning rates that the schedule was chosen for. The length is the number of calls that are left
    after the milestone. SWALR's anneal_epochs counts calls, too, whatever its name says.

    Met in huggingface/pytorch-image-models#1242, EleutherAI/gpt-neox#1008.
    """
    end, length = part.horizon, part.length
    if not part.is_last:
        return
    if part.first_restart < length:  # then the end of a cycle counts
        return
    if part.is_untold and (cut := [*see_cut(view, part)]):
        yield from cut
    elif part.grade and end > 0 and abs(end - length) > max(1, _PLAINLY * length):
        text = f"{part.length_name} is {count(part.planned)}, and it gets {calls(length)}"
        more = ("LR001", "LR007", "LR015", "LR039")
        yield Found(part.key(part.length_name), text, part.fit(), "", part.grade, more)
    elif length >= 2 and end > length + 1:
        group = int(np.argmax(part.lr[:, -1]))
        top, last = part.lr[group].max(), part.lr[group, -1]
        text = f"the anneal is planned for {count(end)} calls and gets {length}: it "
        if end - part.value("decay") >= length:
            text = f"the decay would begin after {calls(end - part.value('decay'))}, there are "
            text += f"{length}: the LR "
        text += f"ends at {rate(last)}, {f'from {rate(top)}' if last < top else 'its highest'}"
        if _is_open_ended(view, part):
            other = ("LR022",) if part.first_restart >= length else ()
            remedy = f"set {part.length_name} below {length}" * ("approach" in part.roles)
            yield Found(part.key(part.length_name), text, part.fit(), remedy, silenced_by=other)


def _is_open_ended(view: View, part: Part) -> bool:
    """Whether the LR is well above where it goes."""
    ends, tops = part.lr[:, -1], part.lr.max(axis=1)
    floors = np.array(_floors(view, part))
    # To plan for the whole run and forget the warm-up is a slip however short the warm-up is.
    least = 0.0 if part.planned == view.calls else 0.01
    return bool(((ends > 1.5 * floors) & (ends - floors > least * (tops - floors))).any())


def _floors(view: View, part: Part) -> list[float]:
    """Return where the anneal of every group would end."""
    floors = part.rates(part.role("floor", "aim"))
    if part.name == "OneCycleLR":
        last = part.number("div_factor", 1.0) * part.number("final_div_factor", 1.0)
        floors = [top / last for top in part.rates("max_lr")]
    elif not floors and math.isfinite(share := part.value("floor_share")):
        floors = [share * base for base in view.base_lr]
    return floors or [0.0] * len(part.lr)


_STANDING = ("length", "decay", "ramp", UNTOLD)


@rule("LR039", "note", about=_STANDING, silenced_by=("LR007", "LR041", *ELSEWHERE))
def stands_before_the_end(view: View, part: Part) -> Iterator[Found]:
    """A schedule has come to its end before the run has.

    Past its length a schedule stands at its floor, and where that is 0 what is left of the run
    trains nothing: that is a warning, where an argument gives the length. So is more than a third
    of the run at any floor, but not after the total_iters of a LinearLR, which counts the decay
    alone: a decay that is followed by a while at its floor may be meant. Far above any floor the
    curve was cut off where it still fell: a bound in a lambda, mostly, that came from another run.
    """
    is_early = part.length - part.horizon > 1 and not part.facts.begun
    if part.is_last and part.is_untold:
        yield from see_rest(part)
    elif part.is_last and is_early:
        moved, last = np.flatnonzero(np.diff(part.lr).any(axis=0)), float(part.lr[:, -1].max())
        last = last if last > 1e-9 * part.lr.max() else 0.0  # a straight line to 0 is rounded
        flat = part.length - 1 - int(moved[-1]) if len(moved) else 0
        # What moves the LR after that is another scheduler, called together with it.
        if flat > max(1, FEW * part.length, part.length - part.horizon - 2):
            text = f"the LR {tell_rest(last, flat, part)}"
            key, is_whole = part.key(part.length_name), "length" in part.roles
            much = last == 0 or (is_whole and 3 * flat > part.length)
            fixes = tuple(each._replace(is_certain=much) for each in part.fit())  # or it is meant
            yield Found(key, text, fixes, grade="warning" if much else None)
