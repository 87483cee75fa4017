// Proposes the browser's own time zone while nobody has chosen one.

const zone = document.querySelector("select[name=timezone]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone?.value === "UTC" && [...zone.options].some((option) => option.value === own)) {
  zone.value = own;
}
