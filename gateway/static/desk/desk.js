// Start the design system's own enhancements: every page works without them.
const frontend = document.querySelector("script[data-frontend]").dataset.frontend;
const { initAll } = await import(frontend);
initAll();
