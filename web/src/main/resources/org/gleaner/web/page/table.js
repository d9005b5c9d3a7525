// Tables: the first column names a row, numbers stand right.

// columns: {title, number, cell(row) -> text, node or {text, best, off}}
function table(caption, columns, rows, { tall = false } = {}) {
  const cell = (column, row, first) => {
    const made = column.cell(row);
    const rich = made !== null && typeof made === "object" && !(made instanceof Node);
    const content = rich ? made.text : made;
    const style = [column.number && "n", rich && made.best && "best", rich && made.off && "off"].filter(Boolean).join(" ");
    return el(first ? "th" : "td", { class: style || null, scope: first ? "row" : null }, content ?? "");
  };
  return el(
    "div",
    { class: tall ? "scroll tall" : "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table",
      {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, columns.map((column) => el("th", { scope: "col", class: column.number ? "n" : null }, column.title)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, columns.map((column, i) => cell(column, row, i === 0))))),
    ),
  );
}

// Every field of an object, in the order in which it was written.
function tree(value) {
  if (Array.isArray(value)) {
    if (value.length === 0) return el("span", { class: "note" }, "none");
    if (value.every((each) => each === null || typeof each !== "object")) return el("span", {}, value.join(", "));
    return el("dl", { class: "tree" }, value.map((each, i) => [el("dt", {}, name(each?.name ?? i + 1)), el("dd", {}, tree(each))]));
  }
  if (value !== null && typeof value === "object") {
    return el("dl", { class: "tree" }, Object.entries(value).map(([field, each]) => [el("dt", {}, field), el("dd", {}, tree(each))]));
  }
  return el("span", {}, value === null ? "none" : typeof value === "number" ? format.figure(value) : String(value));
}
