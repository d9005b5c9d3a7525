// Light and dark, and one colour for each configuration wherever it occurs.

const theme = {
  dark: false,
  listeners: [],

  set(dark, shown = dark) {
    theme.dark = dark;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    const button = document.getElementById("theme");
    button.setAttribute("aria-pressed", String(shown));
    theme.read();
    theme.listeners.forEach((each) => each());
  },

  read() {
    const style = getComputedStyle(document.documentElement);
    for (const key of ["paper", "panel", "ink", "soft", "line", "accent", "bad", "good"]) theme[key] = style.getPropertyValue("--" + key).trim();
    theme.colours = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => style.getPropertyValue("--c" + i).trim());
    theme.shades = [0, 1, 2, 3].map((i) => style.getPropertyValue("--g" + i).trim());
  },

  start() {
    const wish = matchMedia("(prefers-color-scheme: dark)");
    let chosen = null;
    const apply = () => theme.set(chosen ?? wish.matches);
    wish.addEventListener("change", apply);
    document.getElementById("theme").addEventListener("click", () => {
      chosen = !theme.dark;
      apply();
    });
    // Paper is light.
    addEventListener("beforeprint", () => theme.set(false, theme.dark));
    addEventListener("afterprint", apply);
    apply();
  },

  colour: (index) => theme.colours[index % theme.colours.length],
  dash: (index) => [[], [7, 4], [2, 3], [9, 3, 2, 3]][Math.floor(index / theme.colours.length) % 4],
  mark: (index) => ["circle", "rect", "triangle", "diamond", "pin", "roundRect", "arrow", "emptyCircle"][index % 8],
};

// A small square in a configuration's colour, which changes with the theme; or in a colour.
const key = (colour) => el("span", { class: "key", "aria-hidden": "true", style: { background: typeof colour === "number" ? "var(--c" + (colour % 8) + ")" : colour } });

// The same with what it stands for, on one line.
const keyed = (colour, text) => el("span", { class: "keyed" }, key(colour), text);
