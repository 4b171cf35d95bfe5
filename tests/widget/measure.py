"""Measures what is too noisy for a test: `python -m tests.widget.measure launcher|lighthouse [--url URL]`.

Without an address it serves the real site with the fake bot behind it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

from .fake_bot import WIDGET, FakeBot

#: The budget: 1.6 Mbps, 150 ms, CPU slowed 4 times; seconds until the launcher can be used.
THROUGHPUT, LATENCY_MS, SLOWED = 1.6e6 / 8, 150, 4
TARGET_S, LIMIT_S = 0.5, 1.0
RUNS = 7

# The launcher is usable once it is there, has been drawn, and the page answers: two frames after it appeared.
USABLE = """() => new Promise((done) => {
  const look = () => {
    const launcher = document.querySelector("marrow-chat")?.shadowRoot?.querySelector(".launcher");
    if (launcher?.getBoundingClientRect().width) {
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() / 1000)));
    } else requestAnimationFrame(look);
  };
  look();
})"""


def chromium() -> str:
    """The browser, from CHROMIUM or the path."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        sys.exit("no Chromium: install one, or name it in CHROMIUM")
    return path


def launcher(url: str, browser: Any) -> int:
    """Seconds from the start of the navigation to a usable launcher, on a slow connection and machine."""
    times = []
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 375, "height": 700})
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": LATENCY_MS, "downloadThroughput": THROUGHPUT, "uploadThroughput": THROUGHPUT},
        )
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        page.goto(url, wait_until="commit")
        times.append(float(page.evaluate(USABLE)))
        context.close()
    middle = statistics.median(times)
    print(f"launcher usable after {middle:.2f} s (median of {RUNS}; {min(times):.2f} to {max(times):.2f})")
    print(f"target {TARGET_S} s, limit {LIMIT_S} s; {os.getloadavg()[0]:.1f} processes were waiting for this machine")
    return int(middle > LIMIT_S)


def lighthouse(url: str) -> int:
    """Lighthouse's scores on the demo page against the budget."""
    tools = WIDGET / "tools"
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        sys.exit("Lighthouse needs Node.js and npm")
    subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--silent"], cwd=tools, check=True)
    environment = {**os.environ, "CHROME_PATH": chromium()}
    return subprocess.run([node, "lighthouse.mjs", url], cwd=tools, env=environment, check=False).returncode


def main() -> int:
    """Measure one thing; returns 1 when it is beyond its hard limit."""
    parser = argparse.ArgumentParser(prog="python -m tests.widget.measure", description=__doc__)
    parser.add_argument("what", choices=["launcher", "lighthouse"])
    parser.add_argument("--url", help="a page with the widget (default: the demo page, with the fake bot)")
    args = parser.parse_args()
    with ExitStack() as stack:
        url = args.url or stack.enter_context(FakeBot()).url + "/"
        if args.what == "lighthouse":
            return lighthouse(url)
        from playwright.sync_api import sync_playwright

        playwright = stack.enter_context(sync_playwright())
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium(), args=sandbox)
        stack.callback(browser.close)
        return launcher(url, browser)


if __name__ == "__main__":
    sys.exit(main())
