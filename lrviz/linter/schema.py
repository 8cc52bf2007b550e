r"""What a lint found, as JSON for programs.

The JSON is one object on one line, its keys sorted, in ASCII; within one value of `schema` keys
are added and never taken away or changed:

- `schema`: 1; `lrviz`: the version; `exit_status`: 0 to 3;
- `counts`: `specs`, `clean`, `with_findings`, `wrong`, `failed`, `errors`, `warnings`, `notes` and
  `fixed`, as numbers;
- `specs`: one object a spec, in order:
  - `file`: as it was named; `state`: clean, findings, wrong (torch cannot drive it) or failed (the
    machine could not read or write it); `exit_status`;
  - `findings`: one object each: `code` (LR000 where the spec ignores what is no rule), `name`,
    `severity` (error, warning or note), `key` (the key path), `message`, `line` and `column` (null:
    no lines, as in a figure), `option` (which gave the value, as `--set KEY=VALUE`, or null),
    `curve` (its label, empty for all), `fix`: null, or `key` and `value`;
  - `fixed`: values that `--fix` replaced: `code`, `key`, `old`, `new` and `added` (whether the key
    was left out); `not_fixed`: `code`, `key` and `reason`;
  - `summaries`: with `--summary` one object a curve and param group, else none: `curve`, `group`,
    `steps`, `peak`, `peak_step`, `peak_epoch`, `warmup_share` (0 to 1), `final`, `full_steps`,
    `jump`, `jump_step` (null: nothing changes) and `small_steps` (below 1 % of the peak);
  - `problems`: of a wrong spec: `source`, `key`, `text`, `line` and `column`; after 50 one more
    says how many are left out;
  - `error`: why the spec could not be linted or written, or null; `warnings`: other lines.

A number that JSON has not is null (NaN), ".inf" or "-.inf".
"""

import json
from collections.abc import Sequence
from dataclasses import asdict

from lrviz.errors import SpecError, spell_key
from lrviz.linter.fix import Change, Refusal
from lrviz.linter.linted import Linted, count_states
from lrviz.linter.rule import Finding
from lrviz.linter.summary import Summary
from lrviz.system.annotations import clean_json, spell_position, spell_problem
from lrviz.system.versions import versions

SCHEMA = 1


def format_json(linted: Sequence[Linted]) -> str:
    """Return everything that is known of all specs, as one line of JSON."""
    data = {
        "schema": SCHEMA,
        "lrviz": versions()["lrviz"],
        "exit_status": max((each.exit_status for each in linted), default=0),
        "counts": count_states(linted),
        "specs": [_spell_linted(each) for each in linted],
    }
    return json.dumps(clean_json(data), sort_keys=True, allow_nan=False)


def _spell_linted(linted: Linted) -> dict[str, object]:
    error = linted.error
    problems = error.told if isinstance(error, SpecError) else ()
    return {
        "file": linted.source,
        "state": linted.state,
        "exit_status": linted.exit_status,
        "findings": [_spell_finding(linted.source, each) for each in linted.findings],
        "fixed": list(map(_spell_change, linted.changes)),
        "not_fixed": list(map(_spell_refusal, linted.refusals)),
        "summaries": list(map(_spell_summary, linted.summaries)),
        "problems": list(map(spell_problem, problems)),
        "error": None if error is None else str(error),
        "warnings": [each.line for each in linted.warnings],
    }


def _spell_finding(source: str, finding: Finding) -> dict[str, object]:
    rule, problem, fix = finding.rule, finding.problem, finding.fix
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "key": spell_key(problem.key),
        "message": problem.text,
        "option": problem.source if problem.source != source else None,
        "curve": finding.label,
        "fix": None if fix is None else {"key": spell_key(fix.key), "value": fix.value},
        **spell_position(problem.position),
    }


def _spell_change(change: Change) -> dict[str, object]:
    return {
        "code": change.finding.rule.code,
        "key": spell_key(change.old.key),
        "old": change.old.tree,
        "new": change.new,
        "added": not change.old.given,
    }


def _spell_refusal(refusal: Refusal) -> dict[str, object]:
    return {
        "code": refusal.finding.rule.code,
        "key": spell_key(refusal.fix.key),
        "reason": refusal.reason,
    }


def _spell_summary(summary: Summary) -> dict[str, object]:
    return asdict(summary) | {"warmup_share": summary.warmup_share}
