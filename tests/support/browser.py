"""Headless Chromium over the W3C WebDriver protocol, on loopback, without a library."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")

_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--proxy-server=127.0.0.1:9",  # nothing leaves the machine: nobody listens on `discard`
)

_WAIT = """
const done = arguments[arguments.length - 1];
const read = () => { SCRIPT };
const look = () => {
  const found = read();
  if (!found) return;
  watcher.disconnect();
  done(found);
};
const watcher = new MutationObserver(look);
const all = { subtree: true, childList: true, attributes: true, characterData: true };
watcher.observe(document, all);
look();
"""


class Browser:
    """One browser, of which one tab is looked at."""

    def __init__(self, port: int, profile: Path) -> None:
        self._port = port
        options = {"binary": CHROMIUM, "args": [*_ARGUMENTS, f"--user-data-dir={profile}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self._send("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._path = f"/session/{session['sessionId']}"

    def open(self, page: Path | str) -> None:
        """Open a file's page, or what is at an address, and wait until it is loaded."""
        address = page.as_uri() if isinstance(page, Path) else page
        self._send("POST", f"{self._path}/url", {"url": address})

    def open_tab(self) -> tuple[str, str]:
        """Look at a new tab; return the one that was looked at, and that."""
        old = self._send("GET", f"{self._path}/window")
        new = self._send("POST", f"{self._path}/window/new", {"type": "tab"})["handle"]
        self.look_at(new)
        return old, new

    def look_at(self, tab: str) -> None:
        """Look at another tab."""
        self._send("POST", f"{self._path}/window", {"handle": tab})

    def list_tabs(self) -> list[str]:
        """Return all tabs."""
        return list(self._send("GET", f"{self._path}/window/handles"))

    def close_tab(self) -> None:
        """Close the tab that is looked at; another is to be looked at then."""
        self._send("DELETE", f"{self._path}/window")

    def run(self, script: str, *arguments: object) -> Any:
        """Return what a function's body returns in the page."""
        body = {"script": script, "args": arguments}
        return self._send("POST", f"{self._path}/execute/sync", body)

    def wait(self, script: str, *arguments: object) -> Any:
        """Return what a function's body returns in the page, once that is something.

        It is asked again whenever anything in the page has changed.
        """
        body = {"script": _WAIT.replace("SCRIPT", script), "args": arguments}
        return self._send("POST", f"{self._path}/execute/async", body)

    def press(self, *keys: str) -> None:
        """Press keys, one after another, wherever the focus is; of several in one, all at once."""
        strokes = [
            {"type": kind, "value": each}
            for key in keys
            for kind, order in (("keyDown", key), ("keyUp", key[::-1]))
            for each in order
        ]
        body = {"actions": [{"type": "key", "id": "keys", "actions": strokes}]}
        self._send("POST", f"{self._path}/actions", body)

    def click(self, selector: str) -> None:
        """Click an element as a mouse would: it must be visible and not covered."""
        self._send("POST", f"{self._path}/element/{self._find(selector)}/click", {})

    def type(self, selector: str, keys: str) -> None:
        """Type into an element."""
        self._send("POST", f"{self._path}/element/{self._find(selector)}/value", {"text": keys})

    def emulate(self, method: str, **parameters: object) -> None:
        """Set one of the developer tools' `Emulation` overrides."""
        body = {"cmd": f"Emulation.{method}", "params": parameters}
        self._send("POST", f"{self._path}/goog/cdp/execute", body)

    def take_picture(self) -> str:
        """Return what is seen of the page, as a PNG in base 64."""
        return str(self._send("GET", f"{self._path}/screenshot"))

    def read_console(self) -> list[str]:
        """Return what the page has written to the console since the last call."""
        entries = self._send("POST", f"{self._path}/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries]

    def quit(self) -> None:
        """End the browser."""
        self._send("DELETE", self._path)

    def _find(self, selector: str) -> str:
        body = {"using": "css selector", "value": selector}
        found = self._send("POST", f"{self._path}/element", body)
        return str(next(iter(found.values())))

    def _send(self, method: str, path: str, body: object = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{method} {path}: {answer['error']}: {answer.get('message')}")
        return answer


@contextmanager
def open_browser(folder: Path) -> Iterator[Browser]:
    """Give a browser with an empty profile, and end it and its driver whatever happens."""
    assert DRIVER is not None
    driver = subprocess.Popen(
        [DRIVER, "--port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        browser = Browser(_read_port(driver), folder / "profile")
        try:
            yield browser
        finally:
            with suppress(OSError, RuntimeError, HTTPException):
                browser.quit()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(driver.pid, signal.SIGKILL)  # its session: a browser that hangs ends too
        driver.communicate()


def _read_port(driver: subprocess.Popen[str]) -> int:
    assert driver.stdout is not None
    for line in driver.stdout:
        if found := re.search(r"started successfully on port (\d+)", line):
            return int(found[1])
    raise RuntimeError("the driver has ended before it listened")
