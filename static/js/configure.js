// Quick hands choose again before the server has answered: only the newest question's answer counts.
let newest = null;
document.addEventListener("htmx:config:request", (event) => {
  newest = event.detail.ctx;
});
document.addEventListener("htmx:before:response", (event) => {
  if (event.detail.ctx !== newest) event.preventDefault();
});

// The answer is morphed into the page. A morph sets attributes, but a radio that was once clicked
// no longer follows its `checked` attribute: put it where the server says.
document.addEventListener("htmx:after:swap", () => {
  for (const radio of document.querySelectorAll("#configure input[type=radio]")) {
    if (radio.checked !== radio.defaultChecked) radio.checked = radio.defaultChecked;
  }
  keepPlace(newest?.sourceElement);
});

// A pressed button ("take it", "show all") is gone with the answer: the focus goes to what it chose.
function keepPlace(pressed) {
  if (document.activeElement !== document.body || !pressed?.value) return;
  const group = document.getElementById(`group-choice.${pressed.value.split(":")[0]}`);
  group?.querySelector(":checked")?.focus({ preventScroll: pressed.name === "show" });
}
