"""The documentation of the rules, generated from them and from the examples of the tests.

`python -m tests.support.rules_page` writes `docs/rules.md`, and into `docs/rules` a page a rule and
its two figures, of a mistake and of its remedy; what else lies there it removes.
"""
