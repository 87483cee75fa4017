// What is typed is kept by itself: on the hub a moment after the last key, and in this browser
// while the hub cannot be reached or does not know who is typing. Saving the article ends both.

const PAUSE = 1500;
const AGAIN = 10_000;
const PREFIX = "hub unsaved ";
const NOT_TYPED = ["action", "copy", "version", "updated_at", "post_id", "kind"];

export function keepCopies(form, say) {
  const words = form.dataset;
  goOn(form);
  const name = form.elements.copy.value;
  const whose = form.elements.post_id?.value ?? form.elements.kind.value;
  const now = () => JSON.stringify(typedIn(form));
  let kept = now();
  let submitted = "";
  let timer = 0;
  let underWay = false;
  let leaving = false;

  const inBrowser = (version) =>
    store(PREFIX + name, JSON.stringify({ whose, version, typed: typedIn(form) }));
  const warn = (why) => say(`${why} ${inBrowser() ? words.here : words.nowhere}`, "warning");

  forgetSaved();
  // A form that came back refused: the hub has these words in its answer only.
  if (offer(form, name, whose, words)) {
    kept = "";
    timer = setTimeout(keep, PAUSE);
  }

  // What the hub would not take is not sent.
  function tooLong() {
    const size = new Blob([form.elements.markdown.value.trimEnd()]).size;
    const kB = (bytes) => Math.ceil(bytes / 1000).toLocaleString(document.documentElement.lang);
    return size > Number(words.most)
      && words.long.replace("{size}", kB(size)).replace("{most}", kB(words.most));
  }

  async function keep() {
    clearTimeout(timer);
    timer = 0;
    const sent = now();
    if (underWay || leaving || sent === kept) return;
    const long = tooLong();
    if (long) return warn(long);
    underWay = true;
    say(words.saving);
    let why = words.offline;
    try {
      const answer = await fetch("/admin/posts/autosave", {
        method: "POST",
        headers: { accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
        redirect: "error",
      });
      why = answer.status === 403 ? words.out : words.failed;
      const { at, changed, gone, reason } = await answer.json();
      if (!answer.ok) {
        if (answer.status !== 403) why = reason ?? why;
        throw new Error(reason);
      }
      kept = sent;
      if (!leaving && now() === sent) localForget(PREFIX + name);
      const said = gone ? words.gone : changed ? words.changed : words.saved.replace("{time}", at);
      say(said, changed ? "warning" : "");
    } catch {
      warn(why);
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
    const long = tooLong();
    if (long) {
      event.preventDefault();
      warn(long);
      return;
    }
    if (event.submitter?.formTarget === "_blank") return;
    // Should the hub not answer now, the browser has the words when the page is opened again.
    const version = `${Date.now()}`;
    if (!inBrowser(version) && !navigator.onLine) {
      event.preventDefault();
      warn(words.offline);
      return;
    }
    form.elements.version.value = version;
    submitted = now();
    leaving = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && now() !== kept && !inBrowser()) event.preventDefault();
  });
  addEventListener("pagehide", () => {
    if (now() !== (leaving ? submitted : kept)) inBrowser();
  });
  // Back from a page that did not answer: the form is still here, and so is its keeper.
  addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep();
  });
}

function typedIn(form) {
  return [...new FormData(form)].filter(([field]) => !NOT_TYPED.includes(field));
}

// Back on a page that the browser filled with what was typed there: it has its old name, so that a
// new article which was saved from here is saved again, and none made beside it.
function goOn(form) {
  const { copy, markdown } = form.elements;
  const [opened] = performance.getEntriesByType("navigation");
  const filled = markdown.value !== markdown.defaultValue;
  const before = history.state?.copy;
  if (opened?.type === "back_forward" && filled && before) copy.value = before;
  history.replaceState({ ...history.state, copy: copy.value }, "");
}

// Whether it is kept: private windows may have no room, or none at all.
function store(key, value) {
  try {
    localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

function localForget(key) {
  try {
    localStorage.removeItem(key);
  } catch { /* nothing is there */ }
}

// The page that follows a save names what the hub has now: just that is forgotten. What was typed
// on the same page since is of another version.
function forgetSaved() {
  const asked = new URLSearchParams(location.search);
  const key = PREFIX + asked.get("saved");
  try {
    const { version } = JSON.parse(localStorage.getItem(key)) ?? {};
    if (version && version === asked.get("version")) localForget(key);
  } catch { /* as above */ }
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

// Words that this browser kept and the hub never got. Whether those of this very page are among
// them, shown already.
function offer(form, name, whose, words) {
  const shown = JSON.stringify(typedIn(form));
  let ours = false;
  for (const { key, typed } of found(whose)) {
    const own = key === PREFIX + name;
    // Put together with what somebody else saved, they are here too.
    if (JSON.stringify(typed) === shown || (own && "merged" in form.dataset)) {
      if (own) ours = true;
      else localForget(key);
      continue;
    }
    // What is typed here from now on has the page's own place.
    const place = own ? putAside(name, whose, typed) || key : key;
    if (place !== key) localForget(key);
    form.before(box(form, name, whose, words, place, typed, words.found));
  }
  return ours;
}

function putAside(name, whose, typed) {
  const key = `${PREFIX}${name} ${Date.now()}`;
  return store(key, JSON.stringify({ whose, typed })) ? key : "";
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
      const before = typedIn(form);
      fill(form, typed);
      // It goes to the hub under this page's name now; what stood here can be had back.
      localForget(key);
      const other = putAside(name, whose, before);
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
