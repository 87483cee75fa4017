// The row of buttons over the text, and their shortcuts.

import { lines, replace } from "./inserting.js";

const around = (before, after = before) => (area, word) => {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  const wrapped = value.slice(start - before.length, start) === before
    && value.slice(end, end + after.length) === after;
  if (wrapped) {
    replace(area, start - before.length, end + after.length, chosen, [0, chosen.length]);
    return;
  }
  const inner = chosen || word;
  replace(area, start, end, before + inner + after, [before.length, before.length + inner.length]);
};

const linewise = (mark) => (area) => {
  const [from, to] = lines(area);
  const old = area.value.slice(from, to).split("\n");
  const marked = (line, n) => (typeof mark === "function" ? mark(n) : mark) + line;
  const bare = old.every((line, n) => line.startsWith(marked("", n)));
  const made = old.map((line, n) => (bare ? line.slice(marked("", n).length) : marked(line, n)));
  const words = made.join("\n");
  replace(area, from, to, words, old.length > 1 ? [0, words.length] : undefined);
};

const block = (words, from, to) => (area) => {
  const [, end] = lines(area);
  const gap = area.value.slice(0, end).trim() ? "\n\n" : "";
  replace(area, end, end, gap + words, [gap.length + from, gap.length + to]);
};

const footnote = (area, word) => {
  let number = 1;
  while (area.value.includes(`[^${number}]`)) number += 1;
  const at = area.selectionEnd;
  replace(area, at, at, `[^${number}]`);
  const end = area.value.trimEnd().length;
  const note = `\n\n[^${number}]: `;
  replace(area, end, area.value.length, note + word, [note.length, note.length + word.length]);
};

const link = (area, word) => {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  const isAddress = /^https?:\/\/\S+$/.test(chosen);
  const inner = isAddress ? word : chosen || word;
  const address = isAddress ? chosen : "https://";
  const words = `[${inner}](${address})`;
  const first = isAddress || !chosen ? 1 : inner.length + 3;
  replace(area, start, end, words, [first, first + (first === 1 ? inner.length : address.length)]);
};

const ACTIONS = {
  bold: around("**"),
  italic: around("*"),
  heading: linewise("## "),
  link,
  quote: linewise("> "),
  list: linewise("- "),
  numbers: linewise((n) => `${n + 1}. `),
  code: (area, word) => (area.value.slice(area.selectionStart, area.selectionEnd).includes("\n")
    ? around("```\n", "\n```") : around("`"))(area, word),
  table: block("| A | B |\n|---|---|\n| 1 | 2 |\n", 2, 3),
  footnote,
};
const KEYS = { b: "bold", i: "italic", k: "link" };

export function addToolbar(form, area, pickPicture) {
  const bar = form.querySelector("[role=toolbar]");
  if (!bar) return;
  bar.hidden = false;
  const buttons = [...bar.querySelectorAll("button")];
  const act = (name) => {
    if (name === "picture") return pickPicture();
    const button = buttons.find((one) => one.dataset.action === name);
    return ACTIONS[name](area, button?.dataset.word ?? "");
  };
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) act(button.dataset.action);
  });
  // One stop of the Tab key, arrows inside (WAI-ARIA, toolbar).
  const enter = (one) => buttons.forEach((other) => { other.tabIndex = other === one ? 0 : -1; });
  enter(buttons[0]);
  bar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const forward = getComputedStyle(bar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const to = { [forward]: at + 1, [backward]: at - 1, Home: 0, End: -1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = buttons.at(to % buttons.length);
    enter(next);
    next.focus();
  });
  area.addEventListener("keydown", (event) => {
    const name = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key];
    if (!name) return;
    event.preventDefault();
    act(name);
  });
}
