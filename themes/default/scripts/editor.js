// The page on which articles are written. Without this it is a form with a button that saves;
// with it, what is typed is kept by itself, pictures come by paste and drag, and the article
// stands beside its text.

import { keepCopies } from "./copies.js";
import { takeCover } from "./covers.js";
import { askForDescriptions } from "./descriptions.js";
import { takePictures } from "./pictures.js";
import { saveByKey } from "./saving.js";
import { showBeside } from "./beside.js";
import { addToolbar } from "./toolbar.js";

// Browsers fill a page to which one comes back just before they show it.
const form = document.getElementById("writing");
if (form) addEventListener("pageshow", begin, { once: true });

function begin() {
  const text = form.elements.markdown;
  const sayer = (id) => (words, tone = "") => {
    const state = document.getElementById(id);
    state.textContent = words;
    state.dataset.tone = tone;
  };
  // First, so that what is kept are the fields that it leaves.
  takeCover(form, sayer("cover-state"));
  keepCopies(form, sayer("writing-state"));
  const pick = takePictures(form, text, sayer("pictures-state"));
  addToolbar(form, text, pick);
  askForDescriptions(text);
  saveByKey(form, text);
  showBeside(form);
}
