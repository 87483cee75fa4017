// The page on which articles are written. Without this it is a form with a button that saves;
// with it, what is typed is kept by itself, pictures come by paste and drag, and the article
// stands beside its text.

import { keepCopies } from "./copies.js";
import { takePictures } from "./pictures.js";
import { showBeside } from "./beside.js";
import { addToolbar } from "./toolbar.js";

const form = document.getElementById("writing");
if (form) {
  const text = form.elements.markdown;
  const state = document.getElementById("writing-state");
  const say = (words, tone = "") => {
    state.textContent = words;
    state.dataset.tone = tone;
  };
  keepCopies(form, say);
  const pick = takePictures(form, text, say);
  addToolbar(form, text, pick);
  showBeside(form);
}
