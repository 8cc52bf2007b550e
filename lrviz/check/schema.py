r"""What a check found, as JSON for programs.

The JSON is one object on one line, its keys sorted, in ASCII; within one value of `schema` keys
are added and never taken away or changed:

- `schema`: 1; `lrviz`: the version; `exit_status`: 0 to 3;
- `compared`: whether anything was held against a figure at all;
- `counts`: every outcome, `total`, `updated`, `added` and `pixels_inconclusive`, as numbers;
- `results`: one object a spec, in order, then one an orphan:
  - `outcome`: match, differs, missing, orphan, unreadable, inconclusive, wrong or failed;
  - `source`: the spec's file, null for an orphan and for a folder of figures that cannot be read;
    `line` and `column` in it, or null;
  - `baseline`: the figure's file; `reason`: one line for people; `exit_status`;
  - `action`: updated, added or null;
  - `numbers`: null, or `shape`: a list of `kind` (curves, groups, quantities or steps), `curve`,
    `old` and `new` (names, or a number of steps), and `moves`: a list of `quantity`, `curve`,
    `group`, `start` and `stop` (the first step that moved and one beyond; of a block, its ends),
    `statistic` (of a block: first, min, max, mean or order; else empty), `old`, `new`, `moved` and
    `total` (steps or blocks), `block` (steps a block, or 1); and `hidden`: steps a block where
    none of these numbers moved, but the digest of all values did; else 0;
  - `block`: steps a block of the numbers that were compared; 1 where every value was, 0 for none;
  - `keys`: key paths of the spec that differ from what the figure was drawn from;
  - `pixels_compared`; `pixels`: null, or `moved`, `total`, `largest` (of 255), `old_size` and
    `new_size` ([width, height]);
  - `versions`: what drew the figure and differs here: name to [then, now];
  - `problems`: of a spec that is wrong or cannot be read: `source`, `key`, `text`, `line` and
    `column` (null: no lines).

A number that JSON has not is null (NaN), ".inf" or "-.inf".
"""

import json

from lrviz.check.checked import Checked
from lrviz.check.verdict import PixelsDifference, Verdict
from lrviz.figure.numbers import Move, NumbersDifference, ShapeChange
from lrviz.system.annotations import clean_json, spell_position, spell_problem
from lrviz.system.versions import versions

SCHEMA = 1


def format_json(checked: Checked) -> str:
    """Return everything that is known, as one line of JSON."""
    data = {
        "schema": SCHEMA,
        "lrviz": versions()["lrviz"],
        "exit_status": checked.exit_status,
        "compared": checked.compared,
        "counts": checked.counts,
        "results": [_spell_verdict(each) for each in checked.verdicts],
    }
    return json.dumps(clean_json(data), sort_keys=True, allow_nan=False) + "\n"


def _spell_verdict(verdict: Verdict) -> dict[str, object]:
    spelled: dict[str, object] = {
        "outcome": verdict.outcome,
        "source": verdict.source or None,
        "baseline": verdict.baseline,
        "reason": verdict.reason,
        "exit_status": verdict.exit_status,
        "action": verdict.action,
        "block": verdict.block,
        "numbers": None if verdict.numbers is None else _spell_numbers(verdict.numbers),
        "keys": verdict.keys,
        "pixels": None if verdict.pixels is None else _spell_pixels(verdict.pixels),
        "pixels_compared": verdict.pixels_compared,
        "versions": verdict.versions,
        "problems": list(map(spell_problem, verdict.problems)),
    }
    return {**spelled, **spell_position(verdict.position)}


def _spell_numbers(numbers: NumbersDifference) -> dict[str, object]:
    return {
        "shape": [_spell_shape(each) for each in numbers.shape],
        "moves": [_spell_move(each) for each in numbers.moves],
        "hidden": numbers.hidden,
    }


def _spell_shape(change: ShapeChange) -> dict[str, object]:
    return {"kind": change.kind, "curve": change.curve, "old": change.old, "new": change.new}


def _spell_move(move: Move) -> dict[str, object]:
    return move._asdict()


def _spell_pixels(pixels: PixelsDifference) -> dict[str, object]:
    return {
        "moved": pixels.moved,
        "total": pixels.total,
        "largest": pixels.largest,
        "old_size": pixels.old_size,
        "new_size": pixels.new_size,
    }
