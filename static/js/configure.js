// Quick hands choose again before the server has answered: only the newest question's answer counts.
let newest = null;
document.addEventListener("htmx:config:request", (event) => {
  newest = event.detail.ctx;
});
// What is no answer of this page's (an error of the server's, or of something between) must not
// take the form's place: what was chosen stays, and the page says that it is not checked.
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const isOurs = ctx.response.headers.has("HX-Replace-Url");
  if (ctx !== newest || !isOurs) event.preventDefault();
  if (ctx === newest && !isOurs) unanswered();
});
// Somebody may have chosen again while the answer's last bytes came.
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx !== newest) event.preventDefault();
});
document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx === newest) unanswered();
});

function unanswered() {
  const form = document.querySelector("#configure");
  form?.setAttribute("aria-busy", "true");
  form?.querySelector(".promise")?.setAttribute("data-unsettled", form.dataset.unanswered);
}

// A question that got no answer, because the network or the page was away, is put again.
addEventListener("online", askAgain);
addEventListener("pageshow", ({ persisted }) => persisted && askAgain());

function askAgain() {
  const form = document.querySelector("#configure[aria-busy]");
  form?.dispatchEvent(new Event("change", { bubbles: true }));
}

// The cross in a search field empties it, but says so only when the field is left.
document.addEventListener("search", ({ target }) => {
  if (!target.value) target.dispatchEvent(new Event("change", { bubbles: true }));
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
