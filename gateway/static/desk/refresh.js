// Keep the figures fresh while somebody looks at them; without scripts the page itself is loaded again.
const live = document.querySelector("[data-refresh]");
if (live) {
  let left = Number(live.dataset.left);
  const timer = setInterval(async () => {
    if (document.hidden || live.contains(document.activeElement)) return;
    const answer = await fetch(live.dataset.refresh, { redirect: "error" }).catch(() => null);
    left -= 1;
    if (answer && answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const open = [...live.querySelectorAll("details[open]")].map((each) => each.id);
      live.replaceChildren(...page.querySelector("[data-refresh]").childNodes);
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    }
    if (left <= 0 || !answer || !answer.ok) {
      clearInterval(timer);
      for (const each of document.querySelectorAll("[data-running]")) each.hidden = true;
      for (const each of document.querySelectorAll("[data-stopped]")) each.hidden = false;
    }
  }, Number(live.dataset.seconds) * 1000);
}
