// Changing a text so that Ctrl+Z takes it back: browsers remember only what is typed, and what
// execCommand types. setRangeText, where there is no such command, forgets the past.

export function replace(area, start, end, words, select = [words.length, words.length]) {
  area.focus();
  area.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, words) && area.value.slice(start, start + words.length) !== words) {
    area.setRangeText(words, start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(start + select[0], start + select[1]);
}

// The whole lines that the selection touches.
export function lines(area) {
  const from = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const next = area.value.indexOf("\n", area.selectionEnd);
  return [from, next < 0 ? area.value.length : next];
}

// The cursor there, and in sight: browsers scroll to it when the field is entered.
export function show(area, at) {
  area.setSelectionRange(at, at);
  area.blur();
  area.focus();
}
