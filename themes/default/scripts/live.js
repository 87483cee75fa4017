// Parts of a page that move while it is looked at. Each has an id; the page is fetched again, and
// what they hold is put in their place. Buttons stand outside, so nothing is lost under a finger;
// when other buttons are due (`data-state` differs), the page is loaded anew.

const SOON = 5000;

function parts(page) {
  return [...page.querySelectorAll("[data-live]")];
}

function stateOf(page) {
  return page.querySelector("[data-state]")?.dataset.state ?? "";
}

async function look() {
  if (document.hidden) return;
  let page;
  try {
    const answer = await fetch(location.pathname, { redirect: "error" });
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // Next time.
  }
  if (stateOf(page) !== stateOf(document)) {
    location.replace(location.pathname);
    return;
  }
  for (const fresh of parts(page)) {
    const old = document.getElementById(fresh.id);
    // What somebody has under the keyboard stays until they have left it.
    if (!old || old.contains(document.activeElement)) continue;
    if (old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
  }
}

if (parts(document).length) {
  const seconds = Number(document.querySelector("[data-every]")?.dataset.every);
  setInterval(look, seconds ? seconds * 1000 : SOON);
  document.addEventListener("visibilitychange", look);
}
