// Buttons that copy what stands beside them; where the browser cannot, they stay hidden, and where it will
// not, the text is marked, to be copied by hand.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = button.dataset.done;
      } catch {
        getSelection().selectAllChildren(button.previousElementSibling);
      }
    });
  }
}
