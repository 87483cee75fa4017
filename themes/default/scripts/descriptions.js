// Pictures that say nothing to those who cannot see them: how many there are, and the way to them.

import { show } from "./inserting.js";

// What is shown as code is no picture.
const CODE = /^(```|~~~)[^]*?^\1|(`+)[^`][^]*?\2/gm;
const UNDESCRIBED = /!\[\s*\]\(/;

export function askForDescriptions(area) {
  const line = document.getElementById("undescribed");
  const said = line.querySelector("[role=status]");
  const button = line.querySelector("button");
  const prose = () => area.value.replace(CODE, (code) => " ".repeat(code.length));
  const look = () => {
    const number = prose().split(UNDESCRIBED).length - 1;
    const words = number === 1 ? line.dataset.one : line.dataset.many.replace("{n}", number);
    line.hidden = !number;
    if (number && said.textContent !== words) said.textContent = words;
  };
  let timer = 0;
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 500);
  });
  button.addEventListener("click", () => {
    const at = prose().search(UNDESCRIBED);
    if (at >= 0) show(area, at + 2);
  });
  button.hidden = false;
  look();
}
