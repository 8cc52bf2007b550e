"""JSON Schema of a spec, for editors: from the same models and signatures as the checks.

It refuses nothing that the checks accept. What depends on the run, or on more than a few keys at
once, is left to them.
"""

from lrviz.commands.schema.build import build_schema as build_schema
