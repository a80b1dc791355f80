// A line in the picture follows the player, and a click in the picture leads the player there.
for (const figure of document.querySelectorAll("[data-sound]")) {
  const sound = figure.querySelector("audio");
  const picture = figure.querySelector("svg");
  const line = figure.querySelector(".desk-wave__now");
  if (!sound) continue;

  const follow = () => {
    const width = picture.viewBox.baseVal.width;
    const x = sound.duration ? (sound.currentTime / sound.duration) * width : 0;
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    if (!sound.paused) requestAnimationFrame(follow);
  };
  for (const event of ["play", "seeked", "timeupdate"]) sound.addEventListener(event, follow);

  // The player itself can be used by keys; this is only a short way for a mouse.
  picture.addEventListener("click", (click) => {
    const box = picture.getBoundingClientRect();
    if (sound.duration) sound.currentTime = ((click.clientX - box.left) / box.width) * sound.duration;
  });
}
