import inspect
import os
import sys
from pathlib import Path, PurePath

import pytest

from lrviz.errors import FileError, UsageError
from lrviz.reading.folders import iter_files
from lrviz.reading.sources import collect_specs
from tests.support.specs import Forbid


def make(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return folder


def names(*sources: object) -> list[str]:
    return [str(found.name) for found in collect_specs(list(map(str, sources)))]


def test_a_folder_gives_its_specs_in_order_with_their_path_below_it(tmp_path: Path) -> None:
    make(tmp_path, "b.yaml", "a.yml", "c/d.yaml", "c/e/f.YAML", "c.x.yaml", "note.txt", "a.png")
    found = collect_specs([str(tmp_path)])
    assert [str(each.name) for each in found] == ["a", "b", "c/d", "c/e/f", "c.x"]
    assert [each.source for each in found] == [
        str(tmp_path / name) for name in ("a.yml", "b.yaml", "c/d.yaml", "c/e/f.YAML", "c.x.yaml")
    ]


def test_what_is_named_itself_is_taken_whatever_it_is_called_and_whether_it_exists(
    tmp_path: Path,
) -> None:
    make(tmp_path, "deep/spec.txt", "deep/old.webp", ".hidden.yaml")
    named = [tmp_path / name for name in ("deep/spec.txt", "deep/old.webp", ".hidden.yaml", "gone")]
    assert names(*named) == ["spec", "old", ".hidden", "gone"]


def test_sources_keep_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    make(tmp_path, "z.yaml", "f/a.yaml", "b.yaml")
    assert names(tmp_path / "z.yaml", tmp_path / "f", tmp_path / "b.yaml") == ["z", "a", "b"]


def test_what_is_named_twice_is_taken_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.yaml", "b.yaml")
    monkeypatch.chdir(tmp_path)
    found = collect_specs([".", "a.yaml", "./b.yaml", str(tmp_path)])
    assert [(each.source, each.name) for each in found] == [
        ("a.yaml", PurePath("a")),
        ("b.yaml", PurePath("b")),
    ]


def test_two_names_of_one_file_are_two_figures(tmp_path: Path) -> None:
    make(tmp_path, "a.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    assert names(tmp_path / "a.yaml", tmp_path / "b.yaml") == ["a", "b"]


def test_in_a_folder_links_pipes_folders_and_what_is_hidden_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "real.yaml", ".hidden.yaml", ".git/a.yaml", "folder.yaml/in.yaml")
    make(tmp_path.parent / f"{tmp_path.name} elsewhere", "a.yaml")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    (tmp_path / "nowhere.yaml").symlink_to("gone")
    (tmp_path / "linked").symlink_to(tmp_path.parent / f"{tmp_path.name} elsewhere")
    (tmp_path / "loop").symlink_to(".")
    os.mkfifo(tmp_path / "pipe.yaml")
    assert names(tmp_path) == ["folder.yaml/in", "real"]


def test_folders_may_lie_deeper_than_functions_may_call(tmp_path: Path) -> None:
    deep = "d/" * 200
    make(tmp_path, "a.yaml", f"{deep}b.yaml", "e.yaml")
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    try:
        assert names(tmp_path) == ["a", f"{deep}b", "e"]
    finally:
        sys.setrecursionlimit(before)


def test_a_link_to_a_folder_is_followed_where_it_is_named(tmp_path: Path) -> None:
    make(tmp_path, "real/a.yaml")
    (tmp_path / "link").symlink_to("real")
    assert names(tmp_path / "link") == ["a"]


def test_a_folder_without_specs_is_a_wrong_usage(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", ".b.yaml")
    with pytest.raises(UsageError, match=r": no spec in this folder; specs end in \.yaml or \.yml"):
        collect_specs([str(tmp_path)])


def test_standard_input_has_no_name_for_a_figure() -> None:
    with pytest.raises(UsageError, match=r"^-: standard input has no name for its figure"):
        collect_specs(["-"])


def test_a_folder_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    (error,) = iter_files(tmp_path / "gone", [".yaml"])
    assert isinstance(error, FileError)
    assert str(error) == f"{tmp_path / 'gone'}: cannot read: no such file or directory"


def test_a_folder_that_cannot_be_read_stands_for_itself_among_the_others(
    tmp_path: Path, forbid: Forbid
) -> None:
    make(tmp_path, "a.yaml", "c.yaml")
    forbid(tmp_path / "b" / "secret")
    forbid(tmp_path / "d")
    found = collect_specs([str(tmp_path), str(tmp_path / "d")])
    assert [str(each.name) for each in found] == ["a", "b/secret", "c", "d", "."]
    assert [str(each.error) for each in found if each.error] == [
        f"{tmp_path / 'b' / 'secret'}: cannot read: permission denied",
        *[f"{tmp_path / 'd'}: cannot read: permission denied"] * 2,
    ]


# What is no spec


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_where_specs_are_marked_no_others_are_taken(tmp_path: Path) -> None:
    make(tmp_path, "a.lrviz.yaml", "b/c.lrviz.yml", "b/c.yaml", "compose.yml", "x.yaml")
    found = collect_specs([str(tmp_path)])
    assert [str(each.name) for each in found] == ["a", "b/c"]
    assert [str(each.note) for each in found if each.note] == [
        f"{tmp_path}: 3 other YAML files left out, as specs are called NAME.lrviz.yaml here"
    ]


def test_where_all_are_marked_there_is_nothing_to_say(tmp_path: Path) -> None:
    make(tmp_path, "a.lrviz.yaml")
    (found,) = collect_specs([str(tmp_path)])
    assert (str(found.name), found.note) == ("a", None)
    assert names(tmp_path / "a.lrviz.yaml") == ["a"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("compose*.yml", ["a", "node_modules/p/q", "sub/b"]),
        ("sub", ["a", "compose.dev", "node_modules/p/q"]),
        ("sub/", ["a", "compose.dev", "node_modules/p/q"]),
        ("./sub/*.yml", ["a", "compose.dev", "node_modules/p/q", "sub/b"]),
        ("node_modules/*", ["a", "compose.dev", "sub/b", "sub/compose"]),
        ("**/*.yml", ["a", "node_modules/p/q", "sub/b"]),
        ("a", ["a", "compose.dev", "node_modules/p/q", "sub/b", "sub/compose"]),
    ],
)
def test_what_a_pattern_fits_is_left_out_be_it_a_file_or_a_folder(
    tmp_path: Path, pattern: str, left: list[str]
) -> None:
    make(tmp_path, "a.yaml", "compose.dev.yml", "sub/compose.yml", "sub/b.yaml")
    make(tmp_path, "node_modules/p/q.yaml")
    assert [str(each.name) for each in collect_specs([str(tmp_path)], [pattern])] == left


def test_a_pattern_may_be_a_path_as_the_shell_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "configs/a.yaml", "configs/b.yaml")
    monkeypatch.chdir(tmp_path)
    assert [each.source for each in collect_specs(["configs"], ["configs/b.yaml"])] == [
        "configs/a.yaml"
    ]


def test_a_folder_of_which_all_is_left_out_is_a_wrong_usage(tmp_path: Path) -> None:
    make(tmp_path, "a.yaml", "b.yaml")
    with pytest.raises(UsageError, match=r": no spec in this folder; --exclude leaves out all 2$"):
        collect_specs([str(tmp_path)], ["*"])


def test_files_of_other_tools_are_told_in_a_line_each_and_how_to_leave_them_out(
    tmp_path: Path,
) -> None:
    """Not what may be a spec with a mistake in it, nor what is empty."""
    write(tmp_path, compose="services:\n  web: {image: x}\n", ci="- script: make\n")
    write(tmp_path, typo="schedular: {StepLR: {step_size: 2}}\n", half="epochs: 4\n", empty="\n")
    found = collect_specs([str(tmp_path)])
    assert [str(each.error) for each in found if each.error] == [
        f"{tmp_path}/ci.yaml: no spec: it has none of a spec's keys",
        f"{tmp_path}/compose.yaml: no spec: it has none of a spec's keys",
    ]
    assert [str(each.note) for each in found if each.note] == [
        f"{tmp_path}: no spec in 2 of 5 YAML files; leave out with --exclude ci.yaml --exclude "
        "compose.yaml, or call specs NAME.lrviz.yaml: then only they are read"
    ]


def test_what_is_named_itself_is_never_left_out(tmp_path: Path) -> None:
    write(tmp_path, a="x: 1\n")
    (found,) = collect_specs([str(tmp_path / "a.yaml")], ["*"])
    assert (found.error, found.note) == (None, None)
