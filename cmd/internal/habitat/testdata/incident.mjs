// Opens incident reports in Chromium, as a telephone, a tablet and a desk show them, light, dark and on paper, and prints what is wrong,
// one problem a line: what the browser refuses or reports, what hinders people (axe-core), what is wider than the screen, what
// is slow, and what is missing without scripts.
// Usage: node incident.mjs CHROMIUM MODULES SCREENSHOT REPORT... ; SCREENSHOT is a file for a picture of the first report, or "".
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [chromium, modules, screenshot, ...reports] = process.argv.slice(2);
const require = createRequire(modules + "/");
const browser = await require("playwright-core").chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
const axe = require.resolve("axe-core/axe.min.js");
const patience = 6000; // milliseconds; on an idle machine a report opens in a third of two seconds, and test machines are not idle

for (const report of reports) {
  const address = pathToFileURL(report).href;
  for (const width of [390, 768, 1440]) {
    for (const colorScheme of ["light", "dark"]) {
      const problem = (text) => console.log(`${report} (${width}, ${colorScheme}): ${text}`);
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 844 } });
      const page = await context.newPage();
      page.on("console", (message) => problem(message.text()));
      page.on("pageerror", (error) => problem(String(error)));
      page.on("dialog", (dialog) => problem("opens a dialog") || dialog.dismiss());
      page.on("request", (request) => request.url() === address || problem("loads " + request.url()));
      const began = Date.now();
      await page.goto(address);
      const took = Date.now() - began;
      if (took > patience) problem(`took ${took} ms`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) problem(`is ${wide} pixels wider than the screen`);
      if (screenshot && report === reports[0] && width === 1440 && colorScheme === "light") await page.screenshot({ path: screenshot, clip: { x: 0, y: 0, width, height: 1600 }, fullPage: true });
      await page.emulateMedia({ media: "print" });
      if (!(await page.locator("h1").isVisible()) || (await page.locator(".controls").first().isVisible())) problem("is not made for paper");
      await context.close();
    }
  }
  const lenient = await browser.newContext({ bypassCSP: true }); // the policy forbids axe too
  const audited = await lenient.newPage();
  await audited.goto(address);
  await audited.addScriptTag({ path: axe });
  // The rows of a table are all alike: the first hundred of each are enough, and thousands take minutes.
  await audited.evaluate(() => document.querySelectorAll("tbody").forEach((body) => Array.from(body.rows).slice(100).forEach((row) => row.remove())));
  const { violations } = await audited.evaluate(() => globalThis.axe.run());
  for (const v of violations) console.log(`${report}: ${v.id}: ${v.help}: ${v.nodes[0].html.slice(0, 120)}`);
  await lenient.close();

  const without = await browser.newContext({ javaScriptEnabled: false });
  const still = await without.newPage();
  await still.goto(address);
  for (const part of ["h1", ".headline", ".tree li", "table tbody tr"]) {
    if (!(await still.locator(part).first().isVisible())) console.log(`${report}: without scripts there is no ${part}`);
  }
  await without.close();
}
await browser.close();
