"""Where the nodes of a YAML text stand in it."""

import yaml


def find_child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    """Return what a mapping or list has under a key or number; None for nothing."""
    if isinstance(node, yaml.MappingNode):
        found = [value for name, value in node.value if name.value == part]
        return found[0] if found else None
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item: yaml.Node = node.value[part]
        return item
    return None


def list_leaves(node: yaml.Node) -> list[yaml.Node]:
    """Return the scalars of a node, keys included, in order."""
    if isinstance(node, yaml.MappingNode):
        return [leaf for pair in node.value for each in pair for leaf in list_leaves(each)]
    if isinstance(node, yaml.SequenceNode):
        return [leaf for each in node.value for leaf in list_leaves(each)]
    return [node]


def find_end(text: str, node: yaml.Node) -> int:
    """Return where a node ends: what follows a block is none of it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return find_end(text, last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    if ends_in_literal(node):
        start = node.start_mark.index
        return start + len(text[start:end].rstrip())
    return end


def ends_in_literal(node: yaml.Node) -> bool:
    """Whether the last leaf of a node is a text over several lines, which the next could join."""
    leaf = list_leaves(node)[-1] if list_leaves(node) else node
    return isinstance(leaf, yaml.ScalarNode) and leaf.style in ("|", ">")
