// Security keys: ask the key what the server wants to know, put its answer into the form, and send the form.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const withBytes = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

function readQuestion(kind, text) {
  const question = JSON.parse(text);
  question.challenge = bytes(question.challenge);
  if (kind === "create") {
    question.user.id = bytes(question.user.id);
    question.excludeCredentials = withBytes(question.excludeCredentials);
  } else {
    question.allowCredentials = withBytes(question.allowCredentials);
  }
  return { publicKey: question };
}

function writeAnswer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = words(credential.response[name]);
  }
  const id = words(credential.rawId);
  return JSON.stringify({ id, rawId: id, type: credential.type, response });
}

for (const block of document.querySelectorAll("[data-question]")) {
  const start = block.querySelector("[data-key-start]");
  const waiting = block.querySelector("[data-key-waiting]");
  const failed = block.querySelector("[data-key-failed]");
  const ask = async () => {
    start.hidden = failed.hidden = true;
    waiting.hidden = false;
    try {
      const question = readQuestion(block.dataset.key, block.dataset.question);
      const credential = await navigator.credentials[block.dataset.key](question);
      block.querySelector("[name=key_answer]").value = writeAnswer(credential);
      block.closest("form").submit();
    } catch {
      waiting.hidden = true;
      start.hidden = failed.hidden = false;
    }
  };
  start.hidden = false;
  start.addEventListener("click", ask);
  if ("atOnce" in block.dataset) ask();
}
