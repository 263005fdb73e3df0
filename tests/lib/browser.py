# SPDX-License-Identifier: GPL-2.0-only
"""Look at the pages of pages.py with a real browser: headless Chromium.

browser.py PAGES OUT runs every check in one browser and leaves a file of its name in
OUT, which says "ok" or what is wrong. A failing check does not stop the others.
"""

import base64
import json
import sys
import traceback
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import unquote, urlparse

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

LEAST_CONTRAST = 4.5

# The worst contrast of any text of the page with what is behind it, by WCAG 2.
CONTRAST = """
function parse(text) {
  const found = text.match(/[0-9.]+/g).map(Number);
  return { rgb: found.slice(0, 3), alpha: found.length > 3 ? found[3] : 1 };
}
function light(rgb) {
  const [r, g, b] = rgb.map(v => (v /= 255) <= 0.03928 ? v / 12.92
    : Math.pow((v + 0.055) / 1.055, 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function behind(node) {
  for (; node && node.nodeType === 1; node = node.parentNode) {
    const found = parse(getComputedStyle(node).backgroundColor);
    if (found.alpha === 1) return found.rgb;
  }
  return null;
}
let worst = { ratio: 99, what: "" };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentNode;
  if (!walker.currentNode.textContent.trim()) continue;
  if (["SCRIPT", "STYLE", "title", "desc"].includes(node.nodeName)) continue;
  if (!node.getClientRects().length) continue;
  const style = getComputedStyle(node);
  const ink = node.ownerSVGElement ? style.fill : style.color;
  const back = behind(node);
  if (!back || ink === "none") return { ratio: 0, what: "no colour: " + node.nodeName };
  const pair = [light(parse(ink).rgb), light(back)].sort((a, b) => b - a);
  const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
  if (ratio < worst.ratio) {
    worst = { ratio: ratio, what: node.nodeName + " " + node.className + " " + ink +
      " on " + back + ": " + walker.currentNode.textContent.slice(0, 40) };
  }
}
return worst;
"""


class Browser:
    """A headless Chromium, and the pages it is to look at."""

    def __init__(self, pages: Path) -> None:
        """Start the browser."""
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu"):
            options.add_argument(word)
        options.add_argument("--disable-background-networking")
        options.add_argument("--window-size=1200,900")
        logs = {"browser": "ALL", "performance": "ALL"}
        options.set_capability("goog:loggingPrefs", logs)
        self.driver = webdriver.Chrome(
            options=options, service=Service("/usr/bin/chromedriver")
        )
        self.driver.set_script_timeout(60)
        self.pages = pages
        self.metric = self._named("native-plain-")
        self.every = [
            *sorted(pages.glob("*.html")),
            pages / "site" / "index.html",
            self.metric,
            self._named("script-"),
            *sorted((pages / "site" / "runs").iterdir())[-2:],
        ]

    def _named(self, begin: str) -> Path:
        """Return the first page of a metric whose file's name begins so."""
        return sorted((self.pages / "site" / "metrics").glob(f"{begin}*"))[0]

    def get(self, page: Path | str) -> Any:
        """Load a page, given by path or by name."""
        self.driver.get((self.pages / page).absolute().as_uri())
        return self.driver

    def run(self, script: str, *words: Any) -> Any:
        """Return what a script says of the page."""
        return self.driver.execute_script(script, *words)

    def cdp(self, name: str, **options: Any) -> Any:
        """Return what a command of Chrome's own protocol says."""
        return self.driver.execute_cdp_cmd(name, options)

    def scheme(self, name: str, media: str = "") -> None:
        """Prefer light or dark from now on."""
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.cdp("Emulation.setEmulatedMedia", media=media, features=features)

    def requests(self) -> Iterator[str]:
        """Yield the addresses that were asked for since the last time."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                yield message["params"]["request"]["url"]


def drawn(browser: Browser) -> None:
    """The charts have been drawn: marks of SVG with a size, pixels of a canvas."""
    for name in ("good.html", "io.html"):
        browser.get(name)
        sizes = browser.run(
            "return [...document.querySelectorAll('figure svg')].map(svg => "
            "[svg.getBoundingClientRect().width, svg.getBoundingClientRect().height,"
            " [...svg.querySelectorAll('path, use')].filter(p => {"
            "  const b = p.getBBox(); return b.width + b.height > 0; }).length])"
        )
        assert len(sizes) >= 4, sizes
        for width, height, marks in sizes:
            assert width > 600 and height > 100 and marks > 10, (name, sizes)
    browser.get(browser.metric)
    inked = browser.run(
        "const c = document.querySelector('#chart canvas');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n;"
    )
    assert inked > 500, inked


def zoom(browser: Browser) -> None:
    """Dragging zooms in, a double click goes back; so do the buttons."""
    driver = browser.get(browser.metric)
    ask = "return document.getElementById('chart').graph.xAxisRange()"
    whole = browser.run(ask)
    chart = driver.find_element(By.ID, "chart")
    begin = ActionChains(driver).move_to_element_with_offset(chart, -100, 0)
    begin.click_and_hold().move_by_offset(80, 0).move_by_offset(80, 0).release()
    begin.perform()
    near = browser.run(ask)
    assert near[1] - near[0] < 0.5 * (whole[1] - whole[0]), (whole, near)
    ActionChains(driver).double_click(chart).perform()
    assert browser.run(ask) == whole, browser.run(ask)
    for selector, share in (("[data-by='0.5']", 0.55), ("[data-last='30']", 0.85)):
        driver.find_element(By.CSS_SELECTOR, f"button{selector}").click()
        near = browser.run(ask)
        assert near[1] - near[0] < share * (whole[1] - whole[0]), (selector, near)
        driver.find_element(By.CSS_SELECTOR, "button[data-last='0']").click()
        assert browser.run(ask) == whole, selector


def silent(browser: Browser) -> None:
    """No page says anything on the console."""
    browser.driver.get_log("browser")
    for page in browser.every:
        browser.get(page)
        said = browser.driver.get_log("browser")
        assert not said, (page.name, said)


def closed(browser: Browser) -> None:
    """No request leaves the page; of the site, none leaves its folder."""
    list(browser.requests())
    for page in browser.every:
        browser.get(page)
        asked = [url for url in browser.requests() if not url.startswith("data:")]
        assert asked, page
        for url in asked:
            found = urlparse(url)
            assert found.scheme == "file", url
            path = Path(unquote(found.path))
            if "site" in page.parts:
                assert path.is_relative_to(browser.pages.absolute() / "site"), url
            else:
                assert path == page.absolute(), url


def dark(browser: Browser) -> None:
    """In light and in dark every text can be read, and dark is dark."""
    ground = "return getComputedStyle(document.body).backgroundColor"
    try:
        for name in ("light", "dark"):
            browser.scheme(name)
            for page in browser.every:
                browser.get(page)
                level = int(browser.run(ground).partition("(")[2].partition(",")[0])
                assert (level < 40) == (name == "dark"), (name, page.name, level)
                found = browser.run(CONTRAST)
                assert found["ratio"] >= LEAST_CONTRAST, (name, page.name, found)
    finally:
        browser.scheme("light")


def narrow(browser: Browser) -> None:
    """On a phone's screen the page is as wide as the screen; what is wider scrolls."""
    screen = {"width": 375, "height": 812, "deviceScaleFactor": 2, "mobile": True}
    browser.cdp("Emulation.setDeviceMetricsOverride", **screen)
    try:
        for page in browser.every:
            browser.get(page)
            width = browser.run("return document.documentElement.scrollWidth")
            assert width <= 375, (page.name, width)
            size = browser.run(
                "return parseFloat(getComputedStyle(document.body).fontSize)"
            )
            assert size >= 14, (page.name, size)
    finally:
        browser.cdp("Emulation.clearDeviceMetricsOverride")


def keyboard(browser: Browser) -> None:
    """Tab reaches links, tables and summaries; Enter opens them; arrows tell a run."""
    driver = browser.get("good.html")
    seen = []
    for _ in range(30):
        ActionChains(driver).send_keys(Keys.TAB).perform()
        node = driver.switch_to.active_element
        seen.append((node.tag_name, node.get_attribute("class")))
        if node.tag_name == "summary":
            ActionChains(driver).send_keys(Keys.ENTER).perform()
            assert browser.run("return document.activeElement.parentNode.open")
            break
    assert seen[0] == ("a", "skip") and ("div", "scroll wide") in seen, seen
    assert seen[-1][0] == "summary", seen
    driver = browser.get(browser.metric)
    chart = driver.find_element(By.ID, "chart")
    browser.run("arguments[0].focus()", chart)
    told = driver.find_element(By.ID, "told")
    texts = []
    for _ in range(2):
        ActionChains(driver).send_keys(Keys.ARROW_LEFT).perform()
        texts.append(told.text)
    assert "nightly" in texts[0] and texts[0] != texts[1], texts


def printed(browser: Browser) -> None:
    """A page can be printed, in light colours, without what only a screen is for."""
    browser.get("good.html")
    made = browser.cdp("Page.printToPDF", printBackground=False)["data"]
    assert base64.b64decode(made).startswith(b"%PDF") and len(made) > 20_000, len(made)
    browser.scheme("dark", "print")
    try:
        ground = browser.run("return getComputedStyle(document.body).backgroundColor")
        hidden = browser.run(
            "return getComputedStyle(document.querySelector('nav')).display"
        )
        assert (ground, hidden) == ("rgb(255, 255, 255)", "none"), (ground, hidden)
    finally:
        browser.scheme("light")


def inert(browser: Browser) -> None:
    """Nothing of a hostile record has become an element, or was run."""
    hostile = [page for page in browser.every if "script" in page.name]
    hostile += [browser.pages / "hostile.html", browser.pages / "site" / "index.html"]
    hostile += sorted((browser.pages / "site" / "runs").iterdir())[-1:]
    assert len(hostile) >= 4
    for page in hostile:
        browser.get(page)
        found = browser.run(
            "return { owned: document.documentElement.dataset.owned || '',"
            " bad: document.querySelectorAll('img, iframe, object, b, base').length,"
            " scripts: [...document.scripts].filter(s => !s.src"
            "   && s.type !== 'application/json').length,"
            " on: [...document.querySelectorAll('*')].filter(e =>"
            "   [...e.attributes].some(a => a.name.startsWith('on'))).length,"
            " shown: document.body.textContent.includes('<script>document') }"
        )
        assert found.pop("shown") or page.name.startswith("script-"), page.name
        assert found == {"owned": "", "bad": 0, "scripts": 0, "on": 0}, (page, found)


def warned(browser: Browser) -> None:
    """Of a run that is not good the first screen says so, above all else."""
    browser.get("bad.html")
    box = "document.querySelector('[role=alert]').getBoundingClientRect()"
    top, tall = browser.run(f"const b = {box}; return [b.top, b.height]")
    first = browser.run(
        "return document.querySelector('nav').getBoundingClientRect().top"
    )
    assert 0 < top < 200 and tall > 60 and top < first, (top, tall, first)
    assert browser.driver.title.startswith("INCOMPLETE")


def filtered(browser: Browser) -> None:
    """The filter of the index leaves the metrics that have all words."""
    driver = browser.get("site/index.html")
    field = driver.find_element(By.ID, "filter")
    field.send_keys("unmap Min")
    left = browser.run(
        "return [...document.querySelectorAll('#list tbody tr')].filter(r => !r.hidden)"
        ".map(r => r.cells[0].textContent)"
    )
    assert left and all("unmap" in t and "min" in t for t in left), left
    total = len(driver.find_elements(By.CSS_SELECTOR, "#list tbody tr"))
    assert len(left) < total
    assert driver.find_element(By.ID, "found").text == f"{len(left)} of {total} metrics"


CHECKS: tuple[Callable[[Browser], None], ...] = (
    drawn,
    zoom,
    silent,
    closed,
    dark,
    narrow,
    keyboard,
    printed,
    inert,
    warned,
    filtered,
)


def main(pages: Path, out: Path) -> None:
    """Run the checks; leave what they say."""
    out.mkdir(parents=True, exist_ok=True)
    browser = Browser(pages)
    try:
        for check in CHECKS:
            try:
                check(browser)
                said = "ok"
            except Exception:
                said = traceback.format_exc()
            (out / check.__name__).write_text(said, encoding="utf-8")
    finally:
        browser.driver.quit()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
