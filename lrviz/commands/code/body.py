"""Functions for expressions that are too long for a line, as one would write them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from lrviz.commands.code.term import Term, call, iter_always, leaf, replace_term, spell

_INDENT = "    "
# So deep, a choice gets a function of its own: there would soon be no room left for its lines.
_DEEP = 4 * len(_INDENT)
# What the longest name and the sign behind it take of a line.
_NAME = 16

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **{"+": "total", "-": "difference", "*": "product", "/": "ratio", "**": "power"},
        **{"//": "quotient", "%": "remainder", "min": "smallest", "max": "largest"},
        **{"math.sin": "sine", "math.cos": "cosine", "math.tan": "tangent"},
        **{"math.exp": "exponential", "math.sqrt": "root", "abs": "size", "round": "rounded"},
        **dict.fromkeys(("math.log", "math.log2", "math.log10"), "logarithm"),
        **dict.fromkeys(("math.floor", "math.ceil"), "rounded"),
        "": "chosen",
    }
)


def define_function(
    name: str, parameters: Sequence[str], term: Term, width: int
) -> list[list[str]]:
    """Return a function that returns a term, in lines; before it those that it calls.

    A choice becomes an `if`; what is still too long is parted by naming what is evaluated in any
    case. Nothing is evaluated that the term would not.

    Args:
        name: of the function.
        parameters: of the function.
        term: what it returns.
        width: of a line.
    """
    functions = _Functions(name, width)
    functions.define(name, parameters, term)
    return functions.done


class _Functions:
    """Writes a function and what it calls.

    Attributes:
        name: of the function.
        width: of a line.
        done: all of them, in lines; each stands behind those that it calls.
    """

    def __init__(self, name: str, width: int) -> None:
        self.name, self.width = name, width
        self.done: list[list[str]] = []
        self._parts = 0

    def define(self, name: str, parameters: Sequence[str], term: Term) -> None:
        """Add a function that returns a term."""
        lines = list(_Body(self, parameters).give(term, _INDENT))
        self.done.append([*_wrap(f"def {name}", parameters, ":", self.width), *lines])

    def define_part(self, parameters: Sequence[str], term: Term) -> str:
        """Add a function that returns a part of the term, and return its name."""
        self._parts += 1
        name = f"{self.name}_part_{self._parts}"
        self.define(name, parameters, term)
        return name


class _Body:
    """Writes the body of one function."""

    def __init__(self, functions: _Functions, parameters: Sequence[str]) -> None:
        self._functions = functions
        self._known = list(parameters)

    def give(self, term: Term, indent: str) -> Iterator[str]:
        """Yield the lines that return a term."""
        yield from self._write(f"{indent}return ", term)

    def _write(self, start: str, term: Term, end: str = "") -> Iterator[str]:
        """Yield a statement that fits, and before it those that give parts of it a name."""
        indent = " " * (len(start) - len(start.lstrip()))
        while not self._fits(line := f"{start}{spell(term)}{end}"):
            if term.kind == "choice" and not end:
                yield from self._choose(start, term, indent)
                return
            part = self._find_part(term, indent)
            if part is None:
                term = _regroup(term, self._functions.width - len(indent) - _NAME)
                continue
            name = self._next_name(part)
            self._known.append(name)
            yield from self._write(f"{indent}{name} = ", part)
            term = replace_term(term, part, leaf(name))
        yield line

    def _fits(self, line: str) -> bool:
        return len(line) <= self._functions.width

    def _choose(self, start: str, choice: Term, indent: str) -> Iterator[str]:
        """Yield the lines that return the one or the other, or give it a name."""
        if len(indent) >= _DEEP:
            inside = set(_iter_leaves(choice))
            parameters = [name for name in self._known if name in inside]
            name = self._functions.define_part(parameters, choice)
            yield from _wrap(f"{start}{name}", parameters, "", self._functions.width)
            return
        body, test, otherwise = choice.operands
        yield from self._write(f"{indent}if ", test, ":")
        yield from self._write(f"{_INDENT}{start}", body)
        if start.endswith("return "):
            yield from self._write(start, otherwise)
            return
        while otherwise.kind == "choice":
            body, test, rest = otherwise.operands
            if not self._fits(line := f"{indent}elif {spell(test)}:"):
                break
            yield line
            yield from self._write(f"{_INDENT}{start}", body)
            otherwise = rest
        yield f"{indent}else:"
        yield from self._write(f"{_INDENT}{start}", otherwise)

    def _find_part(self, term: Term, indent: str) -> Term | None:
        """Return what gets a name: a choice that fills lines, else what saves most and fits."""
        whole, savings = spell(term), {}
        for part in iter_always(term):
            text, name = spell(part), self._next_name(part)
            fits = self._fits(f"{indent}{name} = {text}")
            if part.kind == "choice" and not fits:
                return part
            if fits and part != term and part.kind != "leaf" and len(text) > len(name):
                savings[part] = (len(text) - len(name)) * whole.count(text)
        return max(savings, key=lambda part: savings[part], default=None)

    def _next_name(self, part: Term) -> str:
        word = "holds" if part.kind == "compare" else _WORDS.get(part.symbol, "value")
        if word not in self._known:
            return word
        numbers = range(2, len(self._known) + 2)
        return next(name for n in numbers if (name := f"{word}_{n}") not in self._known)


def _wrap(start: str, names: Sequence[str], end: str, width: int) -> Iterator[str]:
    """Yield names in parentheses: in a line, else on a line of their own, else each on its own."""
    indent = " " * (len(start) - len(start.lstrip()))
    listed = ", ".join(names)
    line = f"{start}({listed}){end}"
    if len(line) <= width or not names:
        yield line
        return
    yield f"{start}("
    # Formatters give a definition's only parameter a comma, for those that may come.
    grows = len(names) == 1 and start.startswith("def ")
    if len(line := f"{indent}{_INDENT}{listed}") <= width and not grows:
        yield line
    else:
        yield from (f"{indent}{_INDENT}{name}," for name in names)
    yield f"{indent}){end}"


def _iter_leaves(term: Term) -> Iterator[str]:
    if term.kind == "leaf":
        yield term.symbol
    for operand in term.operands:
        yield from _iter_leaves(operand)


def _regroup(term: Term, width: int) -> Term:
    """Return a term whose first operation with too many operands is parted into two."""
    for part in iter_always(term):
        if len(part.operands) > 2 and part.kind != "choice" and len(spell(part)) > width:
            return replace_term(term, part, _split(part, width))
    raise AssertionError(f"{spell(term)} cannot be made shorter")


def _split(many: Term, width: int) -> Term:
    """Return the same of the first operands, as many as fit, and of the rest."""
    for count in range(len(many.operands) - 1, 1, -1):
        if many.kind == "call":
            first = replace(many, operands=many.operands[:count])
            whole = call(many.symbol, first, *many.operands[count:])
        else:
            operators = many.symbol.split()
            first = Term("compare", " ".join(operators[: count - 1]), many.operands[:count])
            rest = Term("compare", " ".join(operators[count - 1 :]), many.operands[count - 1 :])
            whole = Term("choice", "", (rest, first, leaf("False")))
        if len(spell(first)) <= width:
            break
    return whole
