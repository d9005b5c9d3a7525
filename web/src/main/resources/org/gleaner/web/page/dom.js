// Elements. A text from a result is only ever a text node.

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "style") Object.assign(node.style, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// A name from a result, which may be of any length and in any script.
function name(text, most = 60) {
  const whole = String(text);
  return el("bdi", { title: whole.length > most ? whole.slice(0, 2000) : null }, format.brief(whole, most));
}

let sections = 0;

// A part of the page with a place in the list of sections.
function section(title, ...children) {
  const id = "s" + ++sections;
  const node = el("section", { "aria-labelledby": id }, el("h2", { id, tabindex: "-1" }, title), ...children);
  document.getElementById("results").append(node);
  document.querySelector("#sections ul").append(el("li", {}, el("a", { href: "#" + id }, format.brief(title, 40))));
  return node;
}

const note = (text) => el("p", { class: "note" }, text);

// Its contents are made when somebody opens it.
function more(title, make) {
  const node = el("details", {}, el("summary", {}, title));
  node.addEventListener("toggle", () => node.open && node.childElementCount === 1 && node.append(make()), { once: false });
  return node;
}

function picker(label, values, chosen, change) {
  const select = el("select", { onchange: (event) => change(event.target.value) }, values.map(([value, text]) => el("option", { value, selected: value === chosen }, format.brief(text, 60))));
  return el("label", {}, label, select);
}
