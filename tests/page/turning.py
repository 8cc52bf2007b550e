"""The page of `lrviz explore` in a browser: how it is opened and turned."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.page.pointing import press
from tests.support.browser import Browser
from tests.support.exploring import Explored

SPEC = """\
# Halved every 4 steps.
epochs: 4  # short
steps_per_epoch: 8
scheduler:
  StepLR: {step_size: 4, gamma: 0.5}
"""
GAMMA, STEP_SIZE = "scheduler.StepLR.gamma", "scheduler.StepLR.step_size"
ENTER, TAB, END, ESCAPE, BACKSPACE = "\ue007", "\ue004", "\ue010", "\ue00c", "\ue003"
CONTROL = "\ue009"

_READ = "document.querySelector('#figure').ariaValueText"


@dataclass(frozen=True)
class Bench:
    """A page at work, and the file that it shows.

    Attributes:
        browser: that shows it.
        address: of the page.
        file: the spec's.
    """

    browser: Browser
    address: str
    file: Path

    def open(self) -> None:
        """Open the page and wait until it rests."""
        self.browser.open(self.address)
        self.rest()

    def rest(self) -> None:
        """Wait until the page has said what it shows."""
        self.browser.wait("return document.querySelector('#said').textContent")

    def enter(self, key: str, value: str) -> None:
        """Type a value in place of a control's."""
        self.browser.run(f"document.querySelector({entry(key)!r}).select()")
        self.browser.type(entry(key), value + ENTER)

    def read(self, key: str) -> str:
        """Return what a control shows."""
        return str(self.browser.run(f"return document.querySelector({entry(key)!r}).value"))

    def wait_for(self, text: str, place: str = "#told") -> None:
        """Wait until something stands somewhere in the page."""
        script = "return document.querySelector(arguments[0])?.textContent.includes(arguments[1])"
        self.browser.wait(script, place, text)

    def go_to_end(self) -> str:
        """Choose the last step, and return what is read there."""
        return press(self.browser, "End")

    def wait_to_read(self, text: str) -> None:
        """Wait until that is read at the step that is chosen, which stays so."""
        self.browser.wait(f"return {_READ}.endsWith(arguments[0])", text)

    def wait_for_other(self, text: str) -> str:
        """Wait until something else than a text is read there, and return it."""
        return str(self.browser.wait(f"return {_READ} !== arguments[0] && {_READ}", text))

    def wait_for_yaml(self, text: str) -> None:
        """Wait until the YAML has a text."""
        script = "return document.querySelector('#yaml').value.includes(arguments[0])"
        self.browser.wait(script, text)

    def text(self) -> str:
        """Return the page's YAML."""
        return str(self.browser.run("return document.querySelector('#yaml').value"))

    def seen(self, selector: str) -> bool:
        """Whether an element is seen."""
        script = "return document.querySelector(arguments[0])?.checkVisibility() ?? false"
        return bool(self.browser.run(script, selector))


def entry(key: str) -> str:
    """Return the selector of a control's text."""
    return f'[data-key="{key}"] input[type=text]'


def slider(key: str) -> str:
    """Return the selector of a control's slider."""
    return f'[data-key="{key}"] input[type=range]'


def address_of(explored: Explored) -> str:
    """Return where a page is."""
    return f"http://{explored.page.host}/{explored.page.token}/"


def find_errors(console: Sequence[str]) -> list[str]:
    """Return what a console says beside that a server refused or could not be reached."""
    return [line for line in console if "Failed to load resource" not in line]


def prefer(browser: Browser, look: str) -> None:
    """Have the system prefer a look, `light` or `dark`."""
    feature = {"name": "prefers-color-scheme", "value": look}
    browser.emulate("setEmulatedMedia", features=[feature])
