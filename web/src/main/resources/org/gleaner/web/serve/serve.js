// Shows the page that its data are of.

theme.start();
document.getElementById("brand").append(data.view === "home" ? "Gleaner" : page.link("", "← All results"));
({ home: home.page, form: form.page, run: live.page })[data.view]();
document.documentElement.dataset.ready = "";
