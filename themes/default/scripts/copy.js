// Lines that are taken elsewhere: a press selects the whole, and a button beside copies it.

for (const field of document.querySelectorAll("[data-copy]")) {
  field.addEventListener("focus", () => field.select());
  if (!navigator.clipboard) continue; // Only pages with https, or of this machine, have one.
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-quiet button-small";
  button.textContent = field.dataset.copy;
  button.setAttribute("aria-describedby", field.labels[0]?.id || field.id);
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // It is selected: Ctrl+C does it.
    }
    button.textContent = field.dataset.copied;
    setTimeout(() => { button.textContent = field.dataset.copy; }, 2000);
  });
  field.after(button);
}
