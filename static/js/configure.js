// Quick hands choose again before the server has answered: only the newest question's answer counts.
let newest = null;
document.addEventListener("htmx:config:request", (event) => {
  newest = event.detail.ctx;
});
document.addEventListener("htmx:before:response", (event) => {
  if (event.detail.ctx !== newest) event.preventDefault();
});

// The answer is morphed into the page. A morph sets attributes, but a field that was once used no
// longer follows them: put it where the server says, except where somebody is typing.
document.addEventListener("htmx:after:swap", () => {
  for (const field of document.querySelector("#configure")?.elements ?? []) {
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked !== field.defaultChecked) field.checked = field.defaultChecked;
    } else if (field.type === "select-one") {
      for (const option of field.options) option.selected = option.defaultSelected;
    } else if (field.matches("[type=search]") && field !== document.activeElement) {
      field.value = field.defaultValue;
    }
  }
  keepPlace(newest?.sourceElement);
});

// A pressed button ("take it", "show all") is gone with the answer: the focus goes to what it chose.
function keepPlace(pressed) {
  if (document.activeElement !== document.body || !pressed?.value) return;
  const group = document.getElementById(`group-choice.${pressed.value.split(":")[0]}`);
  group?.querySelector(":checked")?.focus({ preventScroll: pressed.name === "show" });
}
