// Record into the form's own file field: what is recorded is sent as a chosen file would be.
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const ENDINGS = { "audio/webm": "webm", "audio/mp4": "m4a", "audio/ogg": "ogg" };
// The gateway does all shaping itself; a browser's own would only take something away.
const PLAIN = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };

const type = window.MediaRecorder && TYPES.find((each) => MediaRecorder.isTypeSupported(each));
if (type && navigator.mediaDevices) document.querySelectorAll("[data-recorder]").forEach(prepare);

function prepare(box) {
  const field = document.getElementById(box.dataset.recorder);
  const part = (name) => box.querySelector(`[data-${name}]`);
  const say = (name) => (part("status").textContent = box.dataset[name]);
  box.hidden = false;
  say("ready");

  part("start").addEventListener("click", async () => {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: PLAIN });
    } catch {
      say("refused");
      return;
    }
    record(stream);
  });

  function record(stream) {
    const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 96000 });
    const pieces = [];
    const end = meter(stream, () => recorder.state === "recording" && recorder.stop());
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", () => {
      end();
      stream.getTracks().forEach((track) => track.stop());
      keep(new Blob(pieces, { type }));
      show(false);
      say("done");
      part("start").focus();
    });
    part("stop").onclick = () => recorder.stop();
    recorder.start();
    show(true);
    say("recording");
    part("stop").focus();
  }

  function show(recording) {
    part("start").hidden = recording;
    part("stop").hidden = part("meter").hidden = !recording;
    if (recording) part("heard").hidden = true;
  }

  function keep(sound) {
    const kind = type.split(";")[0];
    const chosen = new DataTransfer();
    chosen.items.add(new File([sound], `recording.${ENDINGS[kind]}`, { type: kind }));
    field.files = chosen.files;
    const player = part("heard");
    URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(sound);
    player.hidden = false;
  }

  // Shows level and time, and ends a recording that is longer than any notice.
  function meter(stream, tooLong) {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const started = performance.now();
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const seconds = (performance.now() - started) / 1000;
      part("time").textContent = seconds.toFixed(1);
      box.querySelector("meter").value = Math.max(...samples.map(Math.abs));
      // Silence at both ends is cut off afterwards, so a little more than a notice may be recorded.
      if (seconds > Number(box.dataset.mostSeconds) + 5) tooLong();
    }, 100);
    return () => {
      clearInterval(timer);
      context.close();
    };
  }

  // A file that is chosen takes the place of what was recorded.
  field.addEventListener("change", () => {
    part("heard").hidden = true;
    say("ready");
  });
}
