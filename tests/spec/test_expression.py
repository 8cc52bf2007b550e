"""Expressions are Python's arithmetic on floats, and nothing else of Python."""

import contextlib
import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrviz.commands.code.lambdas import translate
from lrviz.spec.expression import ExpressionError, evaluate, parse_expression

NUMBERS = st.one_of(
    st.integers(0, 40).map("{}.0".format),
    st.floats(0, 1e6, allow_subnormal=False).map(repr),
    st.sampled_from(["epoch", "total_calls", "pi", "e"]),
)


def _combine(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(["+", "-", "*", "/", "//", "%", "**"])
    compare = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    one = st.sampled_from(
        ["sin", "cos", "tan", "exp", "log", "log2", "log10", "sqrt", "abs", "floor", "ceil"]
    )
    return st.one_of(
        st.builds("({} {} {})".format, inner, binary, inner),
        st.builds("(-{})".format, inner),
        st.builds("({} {} {})".format, inner, compare, inner),
        st.builds("({} {} {} {} {})".format, inner, compare, inner, compare, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}({})".format, one, inner),
        st.builds("round({})".format, inner),
        st.builds("min({}, {})".format, inner, inner),
        st.builds("max({}, {}, {})".format, inner, inner, inner),
    )


def _python(text: str, epoch: float) -> float:
    """Return what Python itself makes of an expression, its functions giving floats."""
    same = ("sin", "cos", "tan", "exp", "log", "log2", "log10", "sqrt", "pi", "e")
    names = {name: getattr(math, name) for name in same}
    names |= {"floor": lambda x: float(math.floor(x)), "ceil": lambda x: float(math.ceil(x))}
    names |= {"round": lambda x: float(round(x)), "abs": abs, "min": min, "max": max}
    names |= {"epoch": epoch, "total_calls": 32.0}
    return float(eval(text, {"__builtins__": {}}, names))


def _outcome(text: str, epoch: float) -> float | None:
    expression = parse_expression(text, {"epoch", "step"}, {"total_calls"})
    try:
        return expression.bind({"total_calls": 32.0})(epoch)
    except ExpressionError:
        return None


@given(st.recursive(NUMBERS, _combine, max_leaves=8).filter(lambda text: len(text) <= 500))
def test_a_value_is_pythons_to_the_last_bit(text: str) -> None:
    for epoch in (0.0, 7.0, 31.0):
        value = _outcome(text, epoch)
        try:
            expected = _python(text, epoch)
        except (ValueError, TypeError, OverflowError, ZeroDivisionError):
            assert value is None
            continue
        if value is None:
            assert "**" in text  # a root of a negative number is complex in Python
        else:
            assert value == expected or (math.isnan(value) and math.isnan(expected))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", 14.0),
        ("7 // 2", 3.0),
        ("-7 // 2", -4.0),
        ("-7 % 3", 2.0),
        ("2 ** 3 ** 2", 512.0),
        ("-2 ** 2", -4.0),
        ("1 / 4", 0.25),
        ("1 < 2", 1.0),
        ("1 < 2 < 2", 0.0),
        ("3 if 1 > 2 else 4", 4.0),
        ("round(2.5)", 2.0),
        ("floor(-0.5)", -1.0),
        ("ceil(0.25)", 1.0),
        ("min(3, 1, 2) + max(3, 1)", 4.0),
        ("log(e) + log2(8) + log10(100)", 6.0),
        ("cos(pi)", -1.0),
        ("sqrt(abs(-9))", 3.0),
        ("1_000", 1000.0),
        ("0x10", 16.0),
        (" 1 + 1 ", 2.0),
        ("total_calls - 4", 28.0),
    ],
)
def test_a_formula_has_this_value(text: str, value: float) -> None:
    assert evaluate(text, {"total_calls": 32.0}) == value


@pytest.mark.parametrize("call", [0, 1, 7, 31])
def test_step_is_the_same_as_epoch(call: int) -> None:
    values = [
        parse_expression(f"0.5 ** {name} + {name}", {"epoch", "step"}, ()).bind({})(call)
        for name in ("epoch", "step")
    ]
    assert values == [0.5**call + call] * 2


ATTACKS = (
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "(1).__class__",
    "epoch.real",
    "cos.__self__",
    "cos.__globals__",
    "open('/etc/passwd')",
    "eval('1')",
    "[x for x in (1, 2)]",
    "(lambda: 1)()",
    "lambda: 1",
    "(x := 1)",
    "'a' * 9",
    "f'{epoch}'",
    "b'a'",
    "1j ** 2",
    "9**9**9**9**9",
    "4000000 ** 4000000",
    "1 << 999999999",
    "1 and 2",
    "not epoch",
    "~epoch",
    "epoch[0]",
    "max(*[1, 2])",
    "max(1, 2, key=abs)",
    "min(**{})",
    "_pow(2, 2)",
    "_x",
    "__builtins__",
    "True",
    "None",
    "...",
    "[1, 2]",
    "{1: 2}",
    "{1, 2}",
    "(1, 2)",
    "1 in 2",
    "1 is 1",
    "await epoch",
    "yield",
    "1; 2",
    "x = 1",
    "import os",
    "-" * 400 + "1",
    "1" * 400,
    "1" * 501,
    "cos" + "(1)" * 100,
    "a\x00b",
    "cos(1)(2)",
    "cos",
    "\ud800",
    "",
    "   ",
    "#",
    "1 if 2",
)


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_not_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(text, {"epoch": 3.0})


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_an_error_in_our_words(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert math.isfinite(evaluate(text, {"epoch": 3.0}))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("epock + 1", "unknown name 'epock' (known: e, epoch, pi, total_calls)"),
        (
            "sigmoid(1)",
            "unknown function 'sigmoid' (known: sin, cos, tan, exp, log, log2, log10, sqrt, "
            "floor, ceil, round, abs, int, min, max)",
        ),
        ("cos(1, 2)", "cos takes one argument"),
        ("min(1)", "min takes two arguments or more"),
        ("min([1])", "min takes two arguments or more"),
        ("log(1, 2, 3)", "log takes one argument, or a base with it"),
        ("log([1, 2])", "only arithmetic is allowed, not [1, 2]"),
        ("'a'", "only numbers are allowed, not 'a'"),
        ("[1]", "only arithmetic is allowed, not [1]"),
        ("True", "only numbers are allowed, not True"),
        ("1 +", "not an expression: '1 +'"),
        ("min(1", "unbalanced parentheses in 'min(1'; quote the formula"),
        ("1" * 400, "a number is too large"),
        ("1" * 501, "longer than 500 characters"),
        ("-" * 400 + "1", "nested too deeply"),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text, {"epoch"}, {"total_calls"})
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 / (epoch - 2)", "division by zero in '1 / (epoch - 2)' at 2"),
        ("1 % (epoch - 2)", "division by zero in '1 % (epoch - 2)' at 2"),
        ("10 ** (500 * epoch)", "too large a number in '10 ** (500 * epoch)' at 2"),
        ("exp(500 * epoch)", "too large a number in 'exp(500 * epoch)' at 2"),
        ("log(epoch - 2)", "math domain error in 'log(epoch - 2)' at 2"),
        ("sqrt(-epoch)", "math domain error in 'sqrt(-epoch)' at 2"),
        ("(-epoch) ** 0.5", "math domain error in '(-epoch) ** 0.5' at 2"),
    ],
)
def test_a_value_that_does_not_exist_is_said_with_its_place(text: str, reason: str) -> None:
    function = parse_expression(text, {"epoch"}, ()).bind({})
    with pytest.raises(ExpressionError) as caught:
        function(2)
    assert caught.value.reason == reason


def test_a_formula_must_be_finite() -> None:
    with pytest.raises(ExpressionError, match=r"^'1e300 \* 1e300' is inf$"):
        evaluate("1e300 * 1e300", {})


def test_500_characters_are_an_expression() -> None:
    assert evaluate(f"1{' ' * 498}", {}) == 1.0
    assert evaluate(f"max({', '.join(['1'] * 164)}, 2)", {}) == 2.0


def test_the_deepest_expression_does_not_depend_on_who_asks() -> None:
    def asked_from(depth: int) -> float:
        return asked_from(depth - 1) if depth else evaluate("1" + "+1" * 97, {})

    assert asked_from(0) == asked_from(200) == 98.0
    with pytest.raises(ExpressionError, match=r"^nested too deeply$"):
        evaluate("1" + "+1" * 100, {})


def test_pythons_opinion_on_its_style_is_not_heard() -> None:
    """Warnings are errors here: `1if` is one of Python's."""
    assert evaluate("1if a else 2", {"a": 0.0}) == 2.0


# As a script spells them: a run of 4 epochs of 10 steps.

VALUES = {"epochs": 4.0, "steps_per_epoch": 10.0, "total_steps": 40.0, "total_calls": 40.0}
SCRIPT = {"math": math, "EPOCHS": 4, "STEPS_PER_EPOCH": 10}
NAMES = {
    "epochs": "EPOCHS",
    "steps_per_epoch": "STEPS_PER_EPOCH",
    "total_steps": "EPOCHS * STEPS_PER_EPOCH",
    "total_calls": "EPOCHS * STEPS_PER_EPOCH",
}
PARAMETERS = ("epoch", "step")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.95 ** step", "0.95 ** epoch"),
        ("0.1 ** (epoch // 30)", "0.1 ** (epoch // 30.0)"),
        ("(1 + cos(pi * step / epochs)) / 2", "(1.0 + math.cos(math.pi * epoch / EPOCHS)) / 2.0"),
        ("epoch / total_steps", "epoch / (EPOCHS * STEPS_PER_EPOCH)"),
        ("total_calls - epoch", "EPOCHS * STEPS_PER_EPOCH - epoch"),
        ("min(epoch, abs(e)) + round(epoch)", "float(min(epoch, abs(math.e))) + round(epoch)"),
        ("1if epoch else 2", "1.0 if epoch else 2.0"),
        ("2 ** epoch", "2.0 ** epoch"),
        ("epoch ** epoch", "float(epoch) ** epoch"),
        ("epoch * epochs", "float(epoch) * EPOCHS"),
        ("(epoch < 3) * epoch", "float(epoch < 3.0) * epoch"),
        ("floor(exp(epoch)) % 3", "math.floor(math.exp(epoch)) % 3.0"),
        ("floor(exp(epoch)) % epochs", "float(math.floor(math.exp(epoch))) % EPOCHS"),
        ("0.5 ** floor(step / 4)", "0.5 ** math.floor(epoch / 4.0)"),
    ],
)
def test_a_script_says_it_in_floats(text: str, expected: str) -> None:
    assert translate(text, PARAMETERS, NAMES) == expected


WRITTEN = st.recursive(
    st.one_of(
        st.integers(0, 40).map(str),
        st.sampled_from(["epoch", "step", "epochs", "steps_per_epoch", "total_calls", "pi", "e"]),
        st.sampled_from(["0.5", "1e-3", "1e5", "1e22", "1e400", "9007199254740993", "3e300"]),
        st.floats(0, 1e6, allow_subnormal=False).map(repr),
    ),
    lambda inner: st.one_of(
        _combine(inner),
        st.builds("({} ** {})".format, inner, st.integers(0, 60)),
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "*", "**"]), inner),
        st.builds("(+{})".format, inner),
        st.lists(inner, min_size=2, max_size=20).map(lambda items: f"max({', '.join(items)})"),
        st.lists(inner, min_size=2, max_size=9).map(lambda items: f"({' <= '.join(items)})"),
    ),
    max_leaves=40,
).filter(lambda text: len(text) <= 500)


def _run(code: str, name: str) -> Callable[[float], float]:
    namespace: dict[str, Any] = dict(SCRIPT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's opinion on comparing literals
        exec(code, namespace)
    function: Callable[[float], float] = namespace[name]
    return function


@given(WRITTEN)
def test_what_a_script_says_has_the_same_value_to_the_last_bit(text: str) -> None:
    value = parse_expression(text, PARAMETERS, VALUES).bind(VALUES)
    translated = _run(f"line = lambda epoch: {translate(text, PARAMETERS, NAMES)}", "line")
    for epoch in range(41):
        with contextlib.suppress(ExpressionError):
            expected = value(epoch)
            found = float(translated(epoch))
            assert found == expected or (math.isnan(found) and math.isnan(expected))
