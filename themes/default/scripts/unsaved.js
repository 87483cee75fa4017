// A link away from words that nobody saved: the browser asks first. Buttons take them along.

const form = document.getElementById("words");
if (form) {
  const typed = () => JSON.stringify([...new FormData(form)]);
  // What came back refused is not saved, though nothing was typed since.
  const before = "unsaved" in form.dataset ? "" : typed();
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && typed() !== before) event.preventDefault();
  });
}
