// Pictures by paste, by drag or by button: each is uploaded with its progress shown, and its line
// is written where the cursor was, ready for what it shows.

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
    const pictures = onlyPictures(event.dataTransfer.files);
    if (!pictures.length) return;
    event.preventDefault();
    take(pictures);
  });

  async function take(files) {
    let untouched = area.value;
    for (const file of files) {
      try {
        const { address } = await upload(file, (percent) => {
          say(words.uploading.replace("{name}", file.name).replace("{percent}", percent));
        });
        // Whoever writes on meanwhile keeps their place.
        write(area, address, words.alt, area.value === untouched);
        untouched = null;
        say("");
      } catch (error) {
        say(error.message || words.refused, "warning");
      }
    }
  }
  return () => chooser.click();
}

function onlyPictures(files) {
  return [...files].filter((file) => file.type.startsWith("image/"));
}

// A picture is a block of its own, behind the one in which the cursor stands.
function write(area, address, alt, choose) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const at = endOfBlock(value, to);
  const before = value.slice(0, at);
  const gap = !before.trim() || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const after = value.startsWith("\n\n", at) ? "" : value.startsWith("\n", at) ? "\n" : "\n\n";
  const line = `${gap}![${alt}](${address})${after}`;
  // What the picture shows is chosen: typing replaces it.
  replace(area, at, at, line, [gap.length + 2, gap.length + 2 + alt.length]);
  if (!choose) area.setSelectionRange(from, to);
}

function endOfBlock(text, at) {
  const fences = text.slice(0, at).match(/^(```|~~~)/gm) ?? [];
  if (fences.length % 2) {
    const fence = text.indexOf(`\n${fences.at(-1)}`, at);
    if (fence < 0) return text.length;
    at = fence + 1;
  } else if (/(^|\n)$/.test(text.slice(0, at)) && /^(\n|$)/.test(text.slice(at))) {
    return at;
  }
  const end = text.indexOf("\n\n", at);
  return end < 0 ? text.trimEnd().length : end;
}

// fetch tells nothing of what has been sent so far.
function upload(file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("picture", file);
    request.open("POST", "/admin/media/upload");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(Math.round((100 * event.loaded) / event.total));
    });
    request.addEventListener("load", () => {
      if (request.status === 200) resolve(request.response);
      else reject(new Error(request.response?.reason ?? ""));
    });
    request.addEventListener("error", () => reject(new Error("")));
    request.send(body);
  });
}
