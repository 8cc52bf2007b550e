"""What a lint prints: findings, a diff or a count of them, for people and for other programs."""

from collections.abc import Iterable, Iterator, Sequence

from lrviz.commands.lint.linting import Request, iter_linted
from lrviz.commands.lint.told import format_json, iter_lines
from lrviz.commands.results import Block, Line
from lrviz.errors import UsageError
from lrviz.linter.findings import Linted, closing_line, count_rules, judge
from lrviz.linter.overview import overview_table
from lrviz.spell import printable
from lrviz.system.annotations import LintListing


def iter_blocks(request: Request, listing: LintListing) -> Iterator[Block]:
    """Lint, and yield what is to be printed of every spec, then of all.

    Raises:
        UsageError: the request makes no sense, whatever the specs say.
    """
    _refuse_mixture(request, listing)
    done: list[Linted] = []
    for linted in iter_linted(request):
        done.append(linted)
        yield _tell(linted, request, listing)
    yield Block(_sum_up(done, request, listing))
    yield Block(lines=(closing_line(done),))


def _refuse_mixture(request: Request, listing: LintListing) -> None:
    """Refuse options that leave each other nothing to print.

    Raises:
        UsageError: there are such.
    """
    if request.diffs and (listing != "text" or request.counts or request.summarises):
        others = "--output-format, --statistics and --summary"
        raise UsageError(f"--diff: nothing but a diff is printed; leave {others} out")
    if request.counts and listing not in ("text", "json"):
        raise UsageError(f"--statistics: cannot be told as {listing}; leave --output-format out")
    if request.summarises and listing == "sarif":
        raise UsageError("--summary: cannot be told as sarif; leave --output-format out")


def _tell(linted: Linted, request: Request, listing: LintListing) -> Block:
    """Return what is printed of one spec; its error goes where nothing else is read."""
    changes = () if request.diffs else linted.changes
    lines: list[Line] = [*map(str, (*changes, *linted.refusals)), *linted.warnings]
    status = judge([linted], lenient=request.lenient)
    if not (request.diffs or listing == "sarif" or (request.counts and listing == "text")):
        return Block(_join(iter_lines(linted, listing)), tuple(lines), status)
    if linted.error:
        lines += linted.error.lines
    return Block((linted.diff or "").encode(), tuple(lines), status)


def _sum_up(done: Sequence[Linted], request: Request, listing: LintListing) -> str:
    """Return what is printed of all specs."""
    if listing == "json":
        return format_json(done, lenient=request.lenient, counts=request.counts)
    if listing == "sarif":
        from lrviz.commands.lint.sarif import format_sarif

        return format_sarif(done)
    counted = _iter_statistics(done) if request.counts else ()
    rows = [(each.source, row) for each in done for row in each.summaries]
    derived = (f"{each.source}: {each.derivation}" for each in done if each.derivation)
    return _join((*counted, *(overview_table(rows) if rows else ()), *map(printable, derived)))


def _iter_statistics(linted: Iterable[Linted]) -> Iterator[str]:
    """Yield the lines of a table, one a rule that found something."""
    rows = count_rules(linted)
    width = max((len(f"{count}") for _, count, _ in rows), default=0)
    yield from (f"{code}  {count:>{width}}  {name}" for code, count, name in rows)


def _join(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
