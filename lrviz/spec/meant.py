"""What was meant by a value that is none, and by a text that is no YAML: what to write instead.

Looked at only where something is wrong. What is returned ends a message; it is empty where nobody
can tell.
"""

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from lrviz.errors import Position
from lrviz.spec.expression import MAX_LENGTH, ExpressionError, parse_expression
from lrviz.spec.model import TOTALS
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.tree import Tree, is_number
from lrviz.spec.wording import find_close
from lrviz.spec.yamltree import YamlError, parse_scalar, spell_flow
from lrviz.spell import spell_yaml

# What stands in a line for what only its reader knows.
OPEN = "…"

_FLAGS = dict.fromkeys(("yes", "y", "on", "true", "1"), "true")
_FLAGS |= dict.fromkeys(("no", "n", "off", "false", "0"), "false")

_WORDS = {"none": "null", "nan": ".nan", "inf": ".inf", "infinity": ".inf", "-inf": "-.inf"}
_UNITS = {"%": 0.01, "k": 1e3, "m": 1e6}

_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?) ?([fkm%]?)", re.IGNORECASE)
_FLOAT_OF = re.compile(r"^(?:float|np|math|torch)\b[('\".]*(-?\w+)['\")]*$")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")

_FUNCTION = re.compile(r"(?:lambda\s+(\w+)\s*:|(?:def\s+\w+\((\w+).*:\s*)?return\b)(.+)", re.DOTALL)
_REWRITTEN = (
    (r"\^", "**"),
    (r"^([^(]*\d),(\d[^(]*)$", r"\1.\2"),
    (r"^(.+?) *\? *(.+?) *: *(.+)$", r"\2 if \1 else \3"),
    (r"\b(?:\w+\.)?pow(?:er)?(\([\w.]+), *([\w.]+\))(?= *\*\*)", r"\1 ** \2"),
    (r"\b(?:\w+\.)?pow(?:er)?(\([\w.]+), *([^()]+)\)(?= *\*\*)", r"\1 ** (\2))"),
    (r"\b(?:\w+\.)?pow(?:er)?\(([\w.]+), *([\w.]+)\)", r"\1 ** \2"),
    (r"\b(?:\w+\.)?pow(?:er)?\(([\w.]+), *([^()]+)\)", r"\1 ** (\2)"),
    (r"\b\w+\.clip\(([^(),]+), *([^(),]+), *([^(),]+)\)", r"min(max(\1, \2), \3)"),
)

_VALUE = re.compile(r"(\w+): *(lambda\s+\w+\s*:.+?|[^:]+\?.+:.+?)[\s}\]]*$")
_TWO_COLONS = re.compile(r"[\s-]*(\w+): ([^{[]+: [^{[]*)")
_PYTHON = re.compile(r"\s*(?:(?:import|from|for|def|class|with) |\w+ ?= ?[\w.]+\(|\w+\()")
_PAIR = re.compile(r"[\s-]*([A-Za-z][\w.]{0,60})(?: ?= ?|:)([^\s:=]{1,60})")


def mend_value(value: Tree, must: str, names: Collection[str] = ()) -> str:
    """Return what to write in place of a value.

    Args:
        value: that is wrong.
        must: what it must be, as a message says it.
        names: what a formula may name in its place.

    >>> mend_value("1e-3", "must be a number"), mend_value("0,001", "must be a number")
    ('; write 1e-3, without quotes', '; write 0.001')
    >>> mend_value("(0.9, 0.95)", "must be a list"), mend_value("on", "must be true or false")
    ('; write [0.9, 0.95]', '; write true')
    """
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return ""
    text, meant = (value if isinstance(value, str) else spell_yaml(value)).strip(), ""
    if "list" in must and (isinstance(value, str) or (is_number(value) and "list of" in must)):
        items = re.split(r"[,\sx]+", text.strip("()[] "))
        is_plain = all(re.fullmatch(r"[\w.+-]+", each) for each in items)
        meant = f"[{', '.join(items)}]" if is_plain else ""
    elif "true or false" in must:
        meant = _FLAGS.get(text.lower(), "")
    elif not isinstance(value, str):
        return ""
    elif "one of" in must:
        choices = must.partition("one of ")[2].partition(", got")[0].split(", ")
        return f"; did you mean '{close}'?" if (close := find_close(value, choices)) else ""
    elif "number" in must:
        if is_number(parse_scalar(text)):
            return f"; write {text}, without quotes"
        meant = read_number(text)
        if meant == "null" or ("whole" in must and text.endswith("%")):  # null of what, % of what
            meant = "null" if meant == "null" and "null" in must else ""
        elif not meant and (formula := mend_expression(text, (), names)):
            return f"; a formula begins with a sign: ={formula.removeprefix('; write ')}"
    return f"; write {meant}" if meant else ""


def read_number(text: str) -> str:
    """Return the number that a text was meant for, as YAML spells it; empty for none.

    >>> [read_number(text) for text in ("50 %", "1_000", "1e-3f", "10k", "-1,000", "0,5", "None")]
    ['0.5', '1000', '1e-3', '10000', '-1000', '0.5', 'null']
    """
    text = text.strip(" ;").replace("\u2212", "-").replace("_", "")
    text = _FLOAT_OF.sub(r"\1", text).replace(",", "" if _THOUSANDS.fullmatch(text) else ".")
    found = _NUMBER.fullmatch(text)
    if found is None or found[2].lower() not in _UNITS:
        return found[1] if found else _WORDS.get(text.lower(), "")
    value = float(f"{float(found[1]) * _UNITS[found[2].lower()]:.12g}")
    return spell_yaml(int(value) if value.is_integer() else value)


def find_split(arguments: Mapping[str, Tree]) -> dict[str, str]:
    """Return what to say of values that YAML has split at commas, by name; of the parts nothing.

    >>> find_split({"lr": 0, "001": None})
    {'001': '', 'lr': 'YAML splits it at the comma; write lr: 0.001'}
    """
    owner, parts = "", dict[str, list[str]]({"": []})
    for name, value in arguments.items():
        if value is None and not name.isidentifier():
            parts[owner].append(name)
        else:
            owner, parts[name] = name, []
    told = dict[str, str]()
    for name, rest in parts.items():
        value = arguments.get(name)
        text = ",".join([str(value), *rest])
        must = "number" if is_number(value) else "list" if text.startswith("(") else ""
        if rest and (meant := mend_value(text, must)):
            said = f"YAML splits it at the comma; write {name}: {meant.removeprefix('; write ')}"
            told |= {**dict.fromkeys(rest, ""), name: said}
    return told


def mend_expression(text: str, parameters: Sequence[str], names: Collection[str]) -> str:
    """Return what to write in place of what is Python, or mathematics, and no expression.

    >>> mend_expression("lambda t: 0.95^t", ["epoch"], [])
    '; write 0.95**epoch'
    >>> mend_expression("math.pow(0.5, x // 10)", ["epoch"], [])
    '; write 0.5 ** (epoch // 10)'
    """
    if len(text) > MAX_LENGTH:
        return ""
    body, variable = text.strip().rstrip(";"), "x"
    if found := _FUNCTION.fullmatch(body):
        variable, body = found[1] or found[2] or "x", found[3].strip()
    for pattern, new in _REWRITTEN:
        body = re.sub(pattern, new, body)
    body = re.sub(rf"\b{variable}\b", next(iter(parameters), variable), body)
    with suppress(ExpressionError):
        body = read_number(body) if body.endswith("%") else body
        parse_expression(body, parameters, names)
        return f"; write {body}"
    return ""


def read_literal(node: ast.expr) -> Tree:
    """Return a value of Python's as a spec has it; `OPEN` where only its reader knows."""
    with suppress(ValueError, TypeError):
        value: Any = ast.literal_eval(node)
        return list(value) if isinstance(value, tuple) else value
    meant = mend_expression(ast.unparse(node), ("epoch", "step", "call"), ())
    return meant.removeprefix("; write ") or OPEN


def mend_line(text: str, error: YamlError) -> str:
    """Return what to write where a text is no YAML; what is wrong may be in the line before.

    >>> mend_line("steps = 8", YamlError("not YAML", Position(1, 1)))
    '; write steps: 8'
    """
    problem, (line, column) = error.reason, error.position or Position(1, 1)
    near = text.split("\n")[max(0, line - 2) : line] if problem.startswith("not YAML") else []
    for each in reversed([each for each in near if len(each) <= MAX_LENGTH]):
        parameters = ("x",) if "scale_fn" in each else ("epoch", "step", "call")
        if (found := _VALUE.search(each)) and (
            meant := mend_expression(found[2], parameters, TOTALS)
        ):
            return f"; write {found[1]}: {spell_flow(meant.removeprefix('; write '))}"
        if meant := mend_text(each):
            return meant
        if "mapping values" in problem and (found := _TWO_COLONS.fullmatch(each)):
            return f"; write {found[1]}: {spell_flow(found[2].strip())}"
    if "block end" in problem and not near[-1][: column - 1].strip():
        return "; the keys of one mapping begin in one column"
    return "; put it in quotes" if "cannot start any token" in problem else ""


def mend_text(text: str) -> str:
    """Return what to write in place of a line that has no key, or of Python.

    >>> mend_text("epochs=4"), mend_text("epochs:4")
    ('; write epochs: 4', '; write epochs: 4')
    """
    if _PYTHON.match(text):
        return "; this is Python: `lrviz plot FILE.py:FUNCTION` draws the scheduler that it builds"
    found = _PAIR.match(text)
    return f"; write {found[1]}: {found[2]}" if found else ""
