// The cover by drag, by button or from the pictures that are here: each becomes an address in its
// field at once, so that it is kept as words are. Without this the file goes with the form.

import { sent } from "./pictures.js";

export function takeCover(form, say) {
  const place = document.getElementById("cover-field");
  const { cover, cover_file: chooser } = form.elements;
  const words = form.dataset;
  chooser.removeAttribute("name");
  form.enctype = "application/x-www-form-urlencoded";

  function show() {
    const shown = document.getElementById("cover-shown");
    const here = cover.value.trim().startsWith("/media/");
    shown.replaceChildren();
    if (!here) return;
    const image = document.createElement("img");
    image.className = "chosen-picture";
    image.src = cover.value.trim();
    image.alt = shown.dataset.alt;
    shown.append(image);
  }

  function put(address) {
    cover.value = address;
    cover.dispatchEvent(new Event("input", { bubbles: true }));
    show();
  }

  async function take(file) {
    if (!file) return;
    try {
      const { address } = await sent(file, words, say);
      put(address);
      say("");
    } catch (error) {
      say(error.message, "warning");
    }
    chooser.value = "";
  }

  cover.addEventListener("change", show);
  chooser.addEventListener("change", () => take(chooser.files[0]));
  // The address alone counts: what is chosen goes into it, and is sent by no form.
  const apart = document.createElement("form");
  apart.id = "cover-choices";
  apart.hidden = true;
  form.after(apart);
  for (const choice of place.querySelectorAll("input[name=cover_chosen]")) {
    choice.setAttribute("form", apart.id);
    choice.addEventListener("change", () => put(choice.value));
  }
  place.addEventListener("dragover", (event) => {
    if ([...event.dataTransfer.items].some((item) => item.kind === "file")) event.preventDefault();
  });
  place.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}
