// Solves the small sum that a sign-up form asks for (data-challenge on a field), and sends it along.
// Where it cannot (no script, no https), the form goes without, and the owner looks first.

const LONGEST_SECONDS = 60;

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (octet) => octet.toString(16).padStart(2, "0")).join("");
}

async function derived(parameters, counter) {
  const nonce = bytes(parameters.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  new DataView(password.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(parameters.salt), iterations: parameters.cost };
  return hex(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8));
}

async function solution(address) {
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  const challenge = await answer.json();
  const begun = performance.now();
  for (let counter = 0; performance.now() - begun < LONGEST_SECONDS * 1000; counter += 1) {
    const derivedKey = await derived(challenge.parameters, counter);
    if (derivedKey.startsWith(challenge.parameters.keyPrefix)) {
      return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
    }
  }
  throw new Error("not solved in time");
}

function watch(field) {
  const form = field.form;
  const work = () => solution(field.dataset.challenge).catch(() => "");
  // Begun when somebody starts to type: it is done before they press the button.
  let begun = null;
  let busy = false;
  form.addEventListener("focusin", () => {
    begun ??= work();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    form.setAttribute("aria-busy", "true");
    field.value = await (begun ?? work());
    form.submit();
  });
  // Whoever comes back to this page with the browser's button needs a new one.
  window.addEventListener("pageshow", () => {
    begun = null;
    busy = false;
    form.removeAttribute("aria-busy");
  });
}

document.querySelectorAll("input[data-challenge]").forEach(watch);
