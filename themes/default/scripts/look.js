// The look as it would be: drawn again a moment after a choice, by the form's own Preview button.

const PAUSE = 400;

const button = document.getElementById("look-button");
const frame = document.getElementById("look-frame");
const form = button?.form;
if (form) {
  const colour = form.elements.accent_colour;
  let timer = 0;

  const draw = () => {
    if (!colour.checkValidity()) return; // A colour that is half typed.
    const at = frame.contentWindow?.scrollY ?? 0;
    frame.addEventListener("load", () => frame.contentWindow?.scrollTo(0, at), { once: true });
    form.requestSubmit(button);
  };

  // A well to choose from, beside the field that takes the code.
  const well = document.createElement("input");
  well.type = "color";
  well.className = "colour-well";
  well.setAttribute("aria-label", button.dataset.well);
  const show = () => { well.value = colour.value && colour.checkValidity() ? colour.value.toLowerCase() : well.dataset.none; };
  well.dataset.none = button.dataset.own;
  show();
  colour.after(well);
  well.addEventListener("input", () => {
    colour.value = well.value;
  });

  // A colour that could not be read is made darker or lighter: which it is then stands below.
  const used = document.getElementById("look-accent");
  const tell = () => {
    const shown = getComputedStyle(frame.contentDocument.documentElement).getPropertyValue("--accent").trim();
    used.hidden = !colour.value || shown === colour.value.toLowerCase();
    used.querySelector("code").textContent = shown;
  };
  frame.addEventListener("load", tell);
  if (frame.contentDocument?.readyState === "complete") tell();

  colour.addEventListener("change", () => colour.reportValidity());
  form.addEventListener("input", (event) => {
    if (!["theme", "accent_colour", "page", "scheme"].includes(event.target.name) && event.target !== well) return;
    if (event.target === colour) show();
    clearTimeout(timer);
    timer = setTimeout(draw, PAUSE);
  });
}
