// Opens a report in Chromium, light and dark, and prints what is wrong with it, one problem a line: what the browser refuses
// or reports, what hinders people (axe-core), and controls that do not do what they say.
// Usage: node html.mjs CHROMIUM MODULES REPORT...
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [chromium, modules, ...reports] = process.argv.slice(2);
const require = createRequire(modules + "/");
const browser = await require("playwright-core").chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
const axe = require.resolve("axe-core/axe.min.js");

for (const report of reports) {
  for (const colorScheme of ["light", "dark"]) {
    const problem = (text) => console.log(`${report} (${colorScheme}): ${text}`);
    const context = await browser.newContext({ colorScheme, bypassCSP: false });
    const page = await context.newPage();
    page.on("console", (message) => problem(message.text()));
    page.on("pageerror", (error) => problem(String(error)));
    page.on("request", (request) => request.url().startsWith("file:") || problem("loads " + request.url()));
    await page.goto(pathToFileURL(report).href);
    await check(page, problem);
    await context.close();

    const lenient = await browser.newContext({ colorScheme, bypassCSP: true }); // the policy forbids axe too
    const audited = await lenient.newPage();
    await audited.goto(pathToFileURL(report).href);
    await audited.addScriptTag({ path: axe });
    const { violations } = await audited.evaluate(() => globalThis.axe.run());
    for (const v of violations) problem(`${v.id}: ${v.help}: ${v.nodes[0].html.slice(0, 120)}`);
    await lenient.close();
  }
}
await browser.close();

// check uses the controls of the first table.
async function check(page, problem) {
  const table = page.locator("table[data-controls]").first();
  if ((await table.count()) === 0) return;
  const visible = () => table.locator("tbody tr:visible").count();
  const all = await visible();
  const select = page.locator(".controls select").first();
  const verdict = await select.locator("option").nth(1).getAttribute("value");
  await select.selectOption(verdict);
  const filtered = await visible();
  const cells = await table.locator("tbody tr:visible td:first-child").evaluateAll((list) => list.map((td) => td.dataset.filter));
  if (filtered === 0 || cells.some((value) => value !== verdict)) problem("the filter shows other verdicts");
  await select.selectOption("");
  await page.locator(".controls input").first().fill("nothing has this text");
  if ((await visible()) !== 0) problem("the search shows rows without the text");
  await page.locator(".controls input").first().fill("");
  if ((await visible()) !== all) problem("rows are lost");
  const head = table.locator("th button").nth(3), column = table.locator("tbody td:nth-child(4)");
  await head.click();
  const up = await column.allTextContents();
  await head.click();
  const down = await column.allTextContents();
  if (up.length > 1 && up[0] !== down.at(-1)) problem("sorting does not turn the order around");
}
