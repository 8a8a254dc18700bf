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

// check uses the controls of each table.
async function check(page, problem) {
  const tables = page.locator("table[data-controls]"), bars = page.locator(".controls");
  if ((await tables.count()) !== (await bars.count())) problem("a table has no controls");
  for (let i = 0; i < (await tables.count()); i++) await use(tables.nth(i), bars.nth(i), (text) => problem(`table ${i + 1}: ${text}`));
}

// use filters, searches and sorts one table.
async function use(table, bar, problem) {
  const visible = () => table.locator("tbody tr:visible").count();
  const all = await visible();
  for (const select of await bar.locator("select").all()) {
    const name = await select.locator("option").nth(1).getAttribute("value");
    await select.selectOption(name);
    const rows = await table.locator("tbody tr:visible").evaluateAll((rows) => rows.map((row) => Array.from(row.cells, (cell) => cell.dataset.filter)));
    if (rows.length === 0 || rows.some((cells) => !cells.includes(name))) problem("the filter shows other rows");
    await select.selectOption("");
  }
  const search = bar.locator("input");
  await search.fill("nothing has this text");
  if ((await visible()) !== 0) problem("the search shows rows without the text");
  await search.fill("");
  if ((await visible()) !== all) problem("rows are lost");
  const head = table.locator("th button").last(), column = table.locator("tbody td:last-child");
  await head.click();
  const up = await column.allTextContents();
  await head.click();
  const down = await column.allTextContents();
  if (up.join("\n") !== down.reverse().join("\n")) problem("sorting does not turn the order around");
}
