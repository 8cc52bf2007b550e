"""Draws `docs/explore/page.png`, the page of `lrviz explore`.

Run it as `python -m tests.support.explore_picture`.
"""

import tempfile
from base64 import b64decode
from pathlib import Path

from tests.page.pointing import point
from tests.support.browser import open_browser
from tests.support.exploring import explore
from tests.support.specs import ROOT

SPEC = """\
# Linear warm-up for a tenth of the run, then a cosine down to a tenth of the LR.
epochs: 20
steps_per_epoch: 100
optimizer:
  AdamW: {lr: 3e-4, weight_decay: 0.1}
scheduler:
  SequentialLR:
    schedulers:
      - LinearLR: {start_factor: 0.01, total_iters: 200}
      - CosineAnnealingLR: {T_max: 1800, eta_min: 3e-5}
    milestones: [200]
"""


def main() -> None:
    """Open the page in a browser, point at its figure, and keep what is seen."""
    with tempfile.TemporaryDirectory() as name, open_browser(folder := Path(name)) as browser:
        (folder / "warmup_cosine.yaml").write_text(SPEC, "utf-8")
        with explore("warmup_cosine.yaml", "--no-browser", cwd=folder) as explored:
            size = {"width": 1280, "height": 760, "deviceScaleFactor": 1, "mobile": False}
            browser.emulate("setDeviceMetricsOverride", **size)
            browser.open(f"http://{explored.page.host}/{explored.page.token}/")
            browser.wait("return document.querySelector('#said').textContent")
            browser.run("document.querySelector('#controls').scrollTop = 560")
            point(browser, 0.5)
            picture = ROOT / "docs" / "explore" / "page.png"
            picture.parent.mkdir(exist_ok=True)
            picture.write_bytes(b64decode(browser.take_picture()))


if __name__ == "__main__":
    main()
