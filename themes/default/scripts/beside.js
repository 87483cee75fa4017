// The article beside its text: the site's own page, made again a moment after the last key.

const PAUSE = 700;

export function showBeside(form) {
  const button = document.getElementById("beside-button");
  const frame = document.getElementById("beside");
  if (!button || !frame) return;
  button.hidden = false;
  let timer = 0;
  let shown = "";
  let asked = 0;

  async function draw() {
    const body = new URLSearchParams(new FormData(form));
    body.set("live", "1");
    if (frame.hidden || String(body) === shown) return;
    asked += 1;
    const mine = asked;
    let page;
    try {
      const answer = await fetch("/admin/posts/preview", { method: "POST", body, redirect: "error" });
      if (!answer.ok) return;
      page = await answer.text();
    } catch {
      return; // The next key tries again.
    }
    if (mine !== asked) return;
    shown = String(body);
    const at = frame.contentWindow?.scrollY ?? 0;
    frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, at), { once: true });
    frame.srcdoc = page;
  }

  button.addEventListener("click", () => {
    const open = frame.hidden;
    frame.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    form.classList.toggle("writing-beside", open);
    try {
      localStorage.setItem("hub beside", open ? "open" : "");
    } catch { /* it opens closed the next time */ }
    if (open) draw();
  });
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, PAUSE);
  });
  try {
    if (localStorage.getItem("hub beside") && matchMedia("(width >= 68rem)").matches) button.click();
  } catch { /* as above */ }
}
