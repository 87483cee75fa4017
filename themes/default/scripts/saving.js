// Ctrl+S saves, wherever one writes on the page, and the page that follows has the cursor where
// it stood.

const PLACE = "hub place";

export function saveByKey(form, area) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (event.repeat) return;
    const { selectionStart, selectionEnd, scrollTop } = area;
    try {
      if (document.activeElement === area) {
        sessionStorage.setItem(PLACE, JSON.stringify([selectionStart, selectionEnd, scrollTop, scrollY]));
      }
    } catch { /* the cursor stands at the beginning then */ }
    form.requestSubmit(form.querySelector("button[value=save]"));
  });
  try {
    const place = JSON.parse(sessionStorage.getItem(PLACE));
    sessionStorage.removeItem(PLACE);
    // What is refused has the cursor, where the page put it.
    if (!place || form.querySelector("[aria-invalid]")) return;
    area.focus({ preventScroll: true });
    area.setSelectionRange(place[0], place[1]);
    area.scrollTop = place[2];
    scrollTo(0, place[3]);
  } catch { /* as above */ }
}
