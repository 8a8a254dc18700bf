// Renders Markdown as GitHub does, and prints what became of it that our words cannot have meant, one problem a line.
// Usage: node markdown.mjs MODULES REPORT...
import fs from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, ...reports] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${modules}/node_modules/${name}/index.js`).href);
const { micromark } = await load("micromark");
const { gfm, gfmHtml } = await load("micromark-extension-gfm");

const tag = /^<(\/?(h3|p|code|table|thead|tr|th|tbody|td|br|strong|ul|li|a)|a href="https:\/\/github\.com\/(demo\/shop\/commit\/[0-9a-f]{40}|acme\/shop\/blob\/[0-9a-f]{40}\/deploy\/app\.env#L3)")( \/)?>$/;
const reference = /@\w|#\d|\bGH-\d|https?:|www\.|\b[0-9a-f]{40}\b|:[a-z]\w*:/; // what GitHub makes a link or a picture of, outside code

for (const report of reports) {
  const problem = (text) => console.log(`${report}: ${text}`);
  const html = micromark(fs.readFileSync(report, "utf8"), { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
  for (const [found] of html.matchAll(/<[^\s>][^>]*>/g)) {
    if (!tag.test(found)) problem(`the tag ${found}`);
  }
  const text = html.replace(/<code>.*?<\/code>/gs, "").replace(/<[^>]*>/g, "");
  const found = text.match(reference);
  if (found) problem(`${found[0]} outside code`);
  for (const [, row] of html.matchAll(/<tr>(.*?)<\/tr>/gs)) {
    const cells = row.match(/<t[dh]/g).length;
    if (cells !== 5) problem(`a row with ${cells} cells`);
  }
}
