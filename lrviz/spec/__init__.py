"""The spec: from YAML text to a checked value, without torch."""

from lrviz.spec.factory import Factory as Factory
from lrviz.spec.model import Spec as Spec
from lrviz.spec.parse import parse_spec as parse_spec
from lrviz.spec.parse import parse_tree as parse_tree
from lrviz.spec.parse import with_metric as with_metric
from lrviz.spec.problems import Source as Source
