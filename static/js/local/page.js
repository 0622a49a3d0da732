// Answers a changed radio at once, where that can be done here. The server is asked all the same,
// and its answer is morphed over what was painted.

import { Standing, groupOf } from "./form.js";
import { openMachine } from "./machine.js";
import { isSettled, paint, rowsOf, unsettle } from "./paint.js";

const standing = new Standing();
let told = ""; // what the machine was opened with: another version or price list is another one
let machine = null;

// Before htmx puts its question together.
document.addEventListener("change", ({ target }) => {
  const group = groupOf(target);
  if (group) standing.choose(group);
}, true);

// After it has: the question is on its way while we answer.
document.addEventListener("change", ({ target }) => {
  const form = theForm();
  if (!machine || !groupOf(target) || target.form !== form || form.dataset.local !== told) return;
  try {
    answer(form);
  } catch {
    machine = null;
  }
});

function answer(form) {
  const rows = rowsOf(form);
  const found = machine.answer(standing.explicit(form), rows.map(({ codes }) => codes));
  unsettle(form, machine.words.checking);
  if (!found) return;
  standing.follow(form, found.chosen);
  paint(form, rows, found);
}

document.addEventListener("htmx:config:request", ({ detail }) => {
  if (detail.ctx.request.body?.has("kept")) standing.asTheServerMadeIt(detail.ctx.request.body);
});

document.addEventListener("formdata", ({ target, formData }) => {
  if (target.id === "configure") standing.asItIsShown(formData);
});

document.addEventListener("htmx:after:swap", () => {
  const form = theForm();
  if (!form || !isSettled(form)) return;
  standing.clear();
  follow();
});

// Be ready for the machine of the page as the server made it.
async function follow() {
  const wanted = theForm()?.dataset.local ?? "";
  if (wanted === told) return;
  told = wanted;
  machine = null;
  if (!wanted) return;
  const opened = await openMachine(JSON.parse(wanted)).catch(() => null);
  if (told !== wanted) return;
  machine = opened;
  if (opened) performance.mark("local");
}

function theForm() {
  return document.querySelector("#configure");
}

follow();
