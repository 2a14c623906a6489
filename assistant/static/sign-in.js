// The form goes to the address it came from, with the place of the document behind "#", so that a sent link still opens it.
const form = document.querySelector("form");
form.action = location.pathname + location.search + location.hash;
