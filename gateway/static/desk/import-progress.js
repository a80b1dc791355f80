// Keep the bar of an import moving, and load the page anew when the work is done. Without this script the page
// reloads itself every few seconds.
const place = document.querySelector("[data-progress]");
const bar = place.querySelector("progress");
const status = place.querySelector("[role=status]");
const EVERY = 1000;
const SPOKEN = 10;
let spoken = -SPOKEN;

function show(told) {
  if (!told.total) return;
  bar.max = told.total;
  bar.value = told.done;
  const percent = Math.floor((100 * told.done) / told.total);
  // A screen reader reads what changes here: only every tenth per cent.
  if (percent >= spoken + SPOKEN || percent < spoken) {
    spoken = percent;
    status.textContent = told.text;
  }
}

async function look() {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    if (answer.redirected || answer.status === 404) return location.reload();
    if (answer.ok) {
      const told = await answer.json();
      if (!told.working) return location.reload();
      show(told);
    }
  } catch {
    // The network was away for a moment: the next look tells.
  }
  setTimeout(look, document.hidden ? 5 * EVERY : EVERY);
}
setTimeout(look, EVERY);
