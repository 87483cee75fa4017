// Addresses that name one setting (/admin/settings#title) lead to its field, not to its line here.

const named = document.getElementById(location.hash.slice(1));
const link = named?.matches("a") ? named : named?.querySelector("h3 a");
if (link) location.replace(link.href);
