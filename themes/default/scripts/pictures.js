// Pictures by paste, by drag or by button: each is uploaded with its progress shown, and its line
// is written where the cursor was, ready for what it shows. Those that are not taken are named,
// with the reason, until the next ones come.

import { replace } from "./inserting.js";

export function takePictures(form, area, say) {
  const words = form.dataset;
  const chooser = document.createElement("input");
  chooser.type = "file";
  chooser.accept = "image/png,image/jpeg,image/webp,image/gif,image/avif";
  chooser.multiple = true;
  chooser.addEventListener("change", () => {
    // A list of its own: the chooser's is emptied with it, so that the same file can be chosen again.
    take([...chooser.files]);
    chooser.value = "";
  });
  area.addEventListener("paste", (event) => {
    const pictures = onlyPictures(event.clipboardData.files);
    // Out of a text program come words and a picture of them: the words are meant.
    if (!pictures.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    take(pictures);
  });
  area.addEventListener("dragover", (event) => {
    if ([...event.dataTransfer.items].some((item) => item.kind === "file")) event.preventDefault();
  });
  area.addEventListener("drop", (event) => {
    // A browser would open the file, and the text would be gone.
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });

  async function take(files) {
    let untouched = area.value;
    const refused = [];
    for (const file of files) {
      try {
        const { address } = await sent(file, words, say);
        // Whoever writes on meanwhile keeps their place.
        write(area, address, area.value === untouched);
        untouched = null;
      } catch (error) {
        refused.push(error.message);
      }
      say(refused.join(" "), "warning");
    }
  }
  return () => chooser.click();
}

// Uploads a picture, telling how far it is; an error says in words why it is not taken.
export async function sent(file, words, say) {
  const told = (text) => text.replace("{name}", () => file.name);
  try {
    if (!file.type.startsWith("image/")) throw new Error(words.kinds);
    if (file.size > words.largest) throw new Error(tooLarge(file, words));
    return await upload(file, words, (percent) => {
      say(told(words.uploading).replace("{percent}", percent));
    });
  } catch (error) {
    throw new Error(told(error.message));
  }
}

function onlyPictures(files) {
  return [...files].filter((file) => file.type.startsWith("image/"));
}

// A picture is a block of its own, behind the one in which the cursor stands.
function write(area, address, choose) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const elsewhere = document.activeElement;
  const at = endOfBlock(value, to);
  const before = value.slice(0, at);
  const gap = !before.trim() || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const after = value.startsWith("\n\n", at) ? "" : value.startsWith("\n", at) ? "\n" : "\n\n";
  // The cursor stands where the words go that say what it shows.
  const inside = gap.length + 2;
  replace(area, at, at, `${gap}![](${address})${after}`, [inside, inside]);
  if (choose) return;
  area.setSelectionRange(from, to);
  if (elsewhere !== area) elsewhere.focus();
}

function tooLarge(file, words) {
  const MB = (bytes) => (Math.ceil(bytes / 1e5) / 10).toLocaleString(document.documentElement.lang);
  return words.large.replace("{size}", MB(file.size)).replace("{most}", MB(words.largest));
}

function endOfBlock(text, at) {
  const inCode = (to) => (text.slice(0, to).match(/^(```|~~~)/gm) ?? []).length % 2;
  const between = /(^|\n)$/.test(text.slice(0, at)) && /^(\n|$)/.test(text.slice(at));
  if (between && !inCode(at)) return at;
  let end = text.indexOf("\n\n", at);
  while (end >= 0 && inCode(end)) end = text.indexOf("\n\n", end + 1);
  return end < 0 ? text.trimEnd().length : end;
}

// fetch tells nothing of what has been sent so far.
function upload(file, words, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("picture", file);
    request.open("POST", "/admin/media/upload");
    request.setRequestHeader("accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(Math.round((100 * event.loaded) / event.total));
    });
    request.addEventListener("load", () => {
      const { status, response } = request;
      if (status === 200 && response) resolve(response);
      else if (status === 403) reject(new Error(`${words.out} ${words.again}`));
      else if (response?.reason) reject(new Error(words.reason.replace("{reason}", response.reason)));
      else reject(new Error(status === 413 ? tooLarge(file, words) : words.notTaken));
    });
    request.addEventListener("error", () => reject(new Error(words.notSent)));
    request.send(body);
  });
}
