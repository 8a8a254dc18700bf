"use strict";
// Without this script the report is a page with everything on it. The script adds controls to tables that ask for them.
for (const table of document.querySelectorAll("table[data-controls]")) {
  const body = table.tBodies[0], rows = Array.from(body.rows), heads = Array.from(table.tHead.rows[0].cells), filters = [];
  const bar = document.createElement("div");
  bar.className = "controls";
  const count = document.createElement("span");
  count.setAttribute("role", "status");
  const value = (row, i) => row.cells[i].dataset.value ?? row.cells[i].textContent.trim();
  const control = (words, element) => {
    const label = document.createElement("label");
    label.append(words + " ", element);
    bar.append(label);
    return element;
  };
  const apply = () => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !filters.every((fits) => fits(row));
      if (!row.hidden) shown++;
    }
    count.textContent = shown + " / " + rows.length;
  };
  heads.forEach((head, i) => {
    if (head.dataset.filter !== undefined) {
      const select = control(head.textContent.trim(), document.createElement("select"));
      const names = Array.from(new Set(rows.map((row) => row.cells[i].dataset.filter)));
      select.append(new Option(table.dataset.all, ""), ...names.map((name) => new Option(name, name)));
      select.addEventListener("change", apply);
      filters.push((row) => select.value === "" || row.cells[i].dataset.filter === select.value);
    }
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort((a, b) => (down ? -1 : 1) * value(a, i).localeCompare(value(b, i), undefined, { numeric: true }));
      body.append(...rows);
    });
  });
  const search = control(table.dataset.search, document.createElement("input"));
  search.type = "search";
  search.addEventListener("input", apply);
  filters.push((row) => search.value === "" || row.textContent.toLowerCase().includes(search.value.toLowerCase()));
  count.textContent = rows.length + " / " + rows.length;
  bar.append(count);
  table.parentElement.before(bar);
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
