// What is typed is kept by itself: on the hub a moment after the last key, and in this browser
// while the hub cannot be reached or does not know who is typing. Saving the article ends both.

const PAUSE = 1500;
const AGAIN = 10_000;
const PREFIX = "hub unsaved ";
const NOT_TYPED = ["action", "copy", "updated_at", "post_id", "kind"];

export function keepCopies(form, say) {
  const words = form.dataset;
  const name = form.elements.copy.value;
  const whose = form.elements.post_id?.value ?? form.elements.kind.value;
  const typed = () => [...new FormData(form)].filter(([field]) => !NOT_TYPED.includes(field));
  const now = () => JSON.stringify(typed());
  let kept = now();
  let timer = 0;
  let underWay = false;
  let leaving = false;

  forgetSaved();
  offer(form, name, whose, words);

  const inBrowser = () => store(PREFIX + name, JSON.stringify({ whose, typed: typed() }));

  async function keep() {
    clearTimeout(timer);
    timer = 0;
    const sent = now();
    if (underWay || leaving || sent === kept) return;
    underWay = true;
    say(words.saving);
    try {
      const answer = await fetch("/admin/posts/autosave", {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        redirect: "error",
      });
      if (answer.status === 403) throw new LoggedOut();
      if (!answer.ok) throw new Error(String(answer.status));
      const { at, changed, gone } = await answer.json();
      kept = sent;
      localForget(PREFIX + name);
      const said = gone ? words.gone : changed ? words.changed : words.saved.replace("{time}", at);
      say(said, changed ? "warning" : "");
    } catch (error) {
      inBrowser();
      say(error instanceof LoggedOut ? words.out : words.offline, "warning");
      timer = setTimeout(keep, AGAIN);
    } finally {
      underWay = false;
    }
    if (!timer && now() !== kept) timer = setTimeout(keep, PAUSE);
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget === "_blank") return;
    // Should the hub not answer now, the browser has the words when the page is opened again.
    inBrowser();
    leaving = true;
  });
  addEventListener("pagehide", () => {
    if (!leaving && now() !== kept) inBrowser();
  });
  // Back from a page that did not answer: the form is still here, and so is its keeper.
  addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep();
  });
}

class LoggedOut extends Error {}

// Private windows may have no room, or none at all: then the hub's copy is what there is.
function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch { /* as above */ }
}

function localForget(key) {
  try {
    localStorage.removeItem(key);
  } catch { /* as above */ }
}

// The page that follows a save names what the hub has now. Whoever comes back to it later brings
// other words, under another name.
function forgetSaved() {
  const saved = new URLSearchParams(location.search).get("saved");
  if (saved) localForget(PREFIX + saved);
}

function found(whose) {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }))
      .filter((one) => one.whose === whose);
  } catch {
    return [];
  }
}

// Words that this browser kept and the hub never got.
function offer(form, name, whose, words) {
  const shown = JSON.stringify([...new FormData(form)].filter(([field]) => !NOT_TYPED.includes(field)));
  for (const { key, typed } of found(whose)) {
    if (JSON.stringify(typed) === shown) localForget(key);
    else form.before(box(form, name, whose, words, key, typed, words.found));
  }
}

function box(form, name, whose, words, key, typed, why) {
  const made = document.createElement("div");
  made.className = "notice notice-warning";
  made.setAttribute("role", "status");
  const line = document.createElement("p");
  const title = typed.find(([field]) => field === "title")?.[1];
  line.textContent = title ? `${why} (${title})` : why;
  const row = document.createElement("div");
  row.className = "actions";
  row.append(
    button(words.take, () => {
      const before = [...new FormData(form)].filter(([field]) => !NOT_TYPED.includes(field));
      fill(form, typed);
      // It goes to the hub under this page's name now; what stood here can be had back.
      localForget(key);
      const other = `${PREFIX}${name} ${Date.now()}`;
      store(other, JSON.stringify({ whose, typed: before }));
      made.replaceWith(box(form, name, whose, words, other, before, words.swapped));
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }),
    button(words.drop, () => {
      localForget(key);
      made.remove();
    }),
  );
  made.append(line, row);
  return made;
}

function fill(form, typed) {
  for (const [name, value] of typed) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button-quiet button-small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}
