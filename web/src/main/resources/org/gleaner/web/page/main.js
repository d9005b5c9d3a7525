// Reads the data of the page, and shows what they are.

const data = JSON.parse(document.getElementById("data").textContent);

document.getElementById("sections").append(el("ul", {}));
theme.start();
if (data.home) document.querySelector(".brand").replaceWith(el("a", { class: "brand", href: data.home }, "← All results"));

function show() {
  if (data.difference) {
    difference.page(data);
    return;
  }
  const { headline, result, samples, heat: hot } = data;
  setting.head(headline, result);
  if (data.events) setting.events(data.events);
  if (Array.isArray(result.searches)) checks.page(result);
  else if (Array.isArray(result.runs)) runs.page(result, samples, hot);
  else if (Array.isArray(result.rows)) validation.page(result);
  else if (Array.isArray(result.objectives)) advice.page(result);
  else if (result.vmstat || result.results || result.guests) replays.page(result, samples, hot);
  else setting.section(result, result);
}

show();
chart.start();
