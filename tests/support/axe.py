"""axe-core in a page: what keeps people out who hear the page, or cannot see its colours."""

from pathlib import Path

from playwright.sync_api import Page

from tests.support import programs

AXE = Path(__file__).parents[1] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_LOADED = "() => typeof axe === 'object'"
# What is not laid out while it is out of sight lies elsewhere as soon as somebody measures it: axe would take what lies
# there for its background.
_RUN = """async () => {
  const all = new CSSStyleSheet();
  all.replaceSync("* { content-visibility: visible !important; }");
  document.adoptedStyleSheets.push(all);
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const {violations} = await axe.run(document, {resultTypes: ["violations"]});
  document.adoptedStyleSheets.splice(document.adoptedStyleSheets.indexOf(all), 1);
  return violations.map(
    (each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
}"""


def source() -> str:
    """The script of axe-core; a test without it is skipped, or fails where CI is set."""
    found = str(AXE) if AXE.exists() else None
    return Path(programs.needed(found, "axe-core", "npm ci --prefix tests/frontend")).read_text()


def violations(page: Page) -> list[str]:
    """The rules that the page breaks now, each with the elements that break it. Works under the strict policy."""
    if not page.evaluate(_LOADED):
        # Evaluated by the debugger, not added as a script: the page's policy forbids inline ones.
        page.evaluate(source())
    found: list[str] = page.evaluate(_RUN)
    return found
