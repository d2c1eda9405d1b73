"""A page in a real Chromium: light, dark and printed, on a wide screen and on a telephone.

In: HTML files. Out: one JSON object with what was found, and screenshots in a folder. Fails, with a
line on standard error for each fault, when the page says anything on the console, asks for anything
but itself, is wider than the screen, lacks a heading, has text that is hard to read against what is
behind it, or has charts whose texts overlap or are cut off.

Standard library only: chromedriver is spoken to over HTTP, as the W3C's WebDriver says
(https://www.w3.org/TR/webdriver2/), and Chromium through chromedriver's /goog/cdp/execute.
"""

import argparse
import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

# Nothing that Chromium does of its own accord: no updates, no experiments, no second process tree.
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
]

# Name, width in pixels, scheme, medium.
VIEWS = [
    ("light-1280", 1280, "light", "screen"),
    ("dark-1280", 1280, "dark", "screen"),
    ("light-820", 820, "light", "screen"),
    ("light-390", 390, "light", "screen"),
    ("dark-390", 390, "dark", "screen"),
    # A4 less 14 mm at both sides; a dark scheme must not reach the paper.
    ("print-a4", 688, "dark", "print"),
]

# WCAG 2.2, 1.4.3, level AA for text of ordinary size.
LEAST_CONTRAST = 4.5

INSPECTION_SCRIPT = r"""
const faults = [];
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth)
  faults.push(`the page is ${root.scrollWidth} pixels wide on a screen of ${root.clientWidth}`);
const shown = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
const rgb = (text) => (text.match(/[\d.]+/g) || []).map(Number);
const channel = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const behind = (e) => {
  for (let at = e; at; at = at.parentElement) {
    const color = rgb(getComputedStyle(at).backgroundColor);
    if (color.length === 3 || color[3] > 0) return color;
    if (at.tagName === 'svg') return rgb(getComputedStyle(at.querySelector('rect')).fill);
  }
  return matchMedia('print').matches ? [255, 255, 255] : rgb(getComputedStyle(document.body).backgroundColor);
};
let least = 99, texts = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const e = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !shown(e) || ['TITLE', 'DESC'].includes(e.tagName.toUpperCase())) continue;
  const style = getComputedStyle(e);
  const color = rgb(e.closest('svg') ? style.fill : style.color);
  const [one, other] = [luminance(color), luminance(behind(e))];
  const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  least = Math.min(least, contrast); texts += 1;
  if (contrast < LEAST_CONTRAST)
    faults.push(`contrast ${contrast.toFixed(2)} of ${JSON.stringify(walker.currentNode.data.trim().slice(0, 40))}`);
}
let charts = 0;
for (const svg of document.querySelectorAll('figure svg')) {
  if (!shown(svg)) continue;
  charts += 1;
  const frame = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll('text')].map((t) => [t.textContent.trim(), t.getBoundingClientRect()]);
  const chart = svg.querySelector('title').textContent;
  for (const [text, box] of boxes)
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
      faults.push(`${chart}: ${JSON.stringify(text.slice(0, 40))} is cut off`);
  for (let i = 0; i < boxes.length; i++)
    for (let j = i + 1; j < boxes.length; j++) {
      const [a, b] = [boxes[i][1], boxes[j][1]];
      // Boxes hold the space above and below the letters; only what overlaps by more is a fault.
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 0.3 * Math.min(a.height, b.height))
        faults.push(`${chart}: ${JSON.stringify(boxes[i][0].slice(0, 40))} overlaps ${JSON.stringify(boxes[j][0].slice(0, 40))}`);
    }
}
const headings = [...document.querySelectorAll('h1, h2')].filter(shown).map((h) => h.textContent.trim());
const links = [...document.querySelectorAll('nav a')].filter((a) => !document.getElementById(a.hash.slice(1)));
for (const a of links) faults.push(`the link to ${a.hash} leads nowhere`);
return { faults, headings, charts, texts, contrast: Math.round(least * 100) / 100, height: root.scrollHeight };
"""


class Browser:
    """A chromedriver with one Chromium, both ended by `close`."""

    def __init__(self, chromium, chromedriver, profile):
        self.driver = subprocess.Popen(
            [chromedriver, "--port=0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.base = f"http://127.0.0.1:{self._port()}"
        options = {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        asked = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        try:
            made = self._send("POST", "/session", {"capabilities": {"alwaysMatch": asked}})
        except BaseException:
            self.driver.kill()
            self.driver.wait()
            raise
        self.base += f"/session/{made['sessionId']}"
        self.version = made["capabilities"]["browserVersion"]

    def _port(self):
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return found[1]
        sys.exit("chromedriver ended before it listened")

    def _send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.read().decode()}") from error

    def cdp(self, command, **parameters):
        return self._send("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, url):
        self._send("POST", "/url", {"url": url})

    def run(self, script):
        return self._send("POST", "/execute/sync", {"script": script, "args": []})

    def log(self, kind):
        return self._send("POST", "/se/log", {"type": kind})

    def close(self):
        try:
            self._send("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=30)


def requests(browser):
    """Addresses asked for since the log was read last."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.log("performance")]
    sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return [params["request"]["url"] for params in sent]


def inspect(browser, url, view, folder, name):
    """One view of a page: what is there, and the faults."""
    label, width, scheme, medium = view
    browser.cdp(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=900,
        deviceScaleFactor=1,
        mobile=width < 500,
    )
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.cdp("Emulation.setEmulatedMedia", media=medium, features=[feature])
    requests(browser)
    browser.log("browser")
    browser.open(url)
    found = browser.run(INSPECTION_SCRIPT.replace("LEAST_CONTRAST", str(LEAST_CONTRAST)))
    faults = found.pop("faults")
    for address in requests(browser):
        if address != url and not address.startswith("data:"):
            faults.append(f"asks for {address}")
    for entry in browser.log("browser"):
        faults.append(f"console: {entry['level']} {entry['message']}")
    shot = browser.cdp(
        "Page.captureScreenshot",
        format="png",
        captureBeyondViewport=True,
        clip={"x": 0, "y": 0, "width": width, "height": found["height"], "scale": 1},
    )
    (folder / f"{name}-{label}.png").write_bytes(base64.b64decode(shot["data"]))
    return found, [f"{name} {label}: {fault}" for fault in faults]


def printed(browser, folder, name):
    """The page as a PDF; how many sheets it takes."""
    pdf = browser.cdp("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    data = base64.b64decode(pdf["data"])
    (folder / f"{name}.pdf").write_bytes(data)
    return len(re.findall(rb"/Type\s*/Page\b", data))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path, required=True)
    parser.add_argument("--heading", action="append", default=[], help="must be on every page")
    asked = parser.parse_args()
    chromium = os.environ.get("PURCHASE_ETL_CHROMIUM", "/usr/bin/chromium")
    chromedriver = os.environ.get("PURCHASE_ETL_CHROMEDRIVER", "chromedriver")
    asked.screenshots.mkdir(parents=True, exist_ok=True)
    result, faults = {"pages": {}}, []
    # Chromium may still be writing when it is told to end.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(chromium, chromedriver, profile)
        try:
            result["chromium"] = browser.version
            for page in asked.pages:
                views = {}
                for view in VIEWS:
                    url = page.resolve().as_uri()
                    found, wrong = inspect(browser, url, view, asked.screenshots, page.stem)
                    missing = [h for h in asked.heading if h not in found["headings"]]
                    faults += wrong
                    faults += [f"{page.stem} {view[0]}: no heading {h!r}" for h in missing]
                    views[view[0]] = found
                sheets = printed(browser, asked.screenshots, page.stem)
                result["pages"][page.stem] = {"views": views, "sheets": sheets}
        finally:
            browser.close()
    json.dump(result, sys.stdout, indent=2, ensure_ascii=False)
    print()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
