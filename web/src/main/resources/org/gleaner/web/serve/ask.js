// What these pages ask their server for.

const ask = {
  async send(path, options) {
    let answer;
    try {
      answer = await fetch(data.base + path, { cache: "no-store", redirect: "error", ...options });
    } catch {
      ask.gone(true);
      return null;
    }
    ask.gone(false);
    if (answer.status >= 400 && answer.status !== 422) throw new Error(await answer.text());
    return answer.json();
  },

  get: (path) => ask.send(path, {}),
  post: (path, body) => ask.send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) }),

  gone(so) {
    const shown = document.getElementById("gone");
    if (so && !shown) page.main.prepend(el("p", { id: "gone", class: "gone", role: "alert" }, "The server does not answer: it has ended, or is busy. This page asks again."));
    if (!so) shown?.remove();
  },

  // Calls for the state again and again while the page is looked at, until told that it is enough.
  every(millis, path, show) {
    const once = async () => {
      let enough = false;
      if (!document.hidden) {
        const got = await ask.get(path).catch(() => null);
        enough = got !== null && show(got) === true;
      }
      if (!enough) setTimeout(once, millis);
    };
    setTimeout(once, millis);
  },
};

const page = {
  main: document.getElementById("results"),
  link: (path, ...text) => el("a", { href: data.base + path }, ...text),
  facts: (pairs) => el("ul", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([what, value]) => el("li", {}, what ? what + " " : "", el("b", {}, value)))),
  result: (name) => "results/" + encodeURIComponent(name) + "/",
  when: (date) => (/^\d{4}-\d\d-\d\dT/.test(date) ? date.slice(0, 10) + " " + date.slice(11, 16) + " UTC" : date),
  about: (seconds) => (seconds < 60 ? Math.ceil(seconds) + " s" : Math.floor(seconds / 60) + " min " + (Math.ceil(seconds) % 60) + " s"),
};
