// Puts an answer into the page without moving anything: classes, prices, the total. Texts that
// only the server knows (reasons, dates, names of parts) stay, marked as not settled yet.

import { groupOf } from "./form.js";

// Rows of options with the codes of their groups and options.
export function rowsOf(form) {
  return Array.from(form.querySelectorAll(".option"), (row) => {
    const radio = row.querySelector("[type=radio]");
    return { row, radio, codes: [groupOf(radio), radio.value] };
  });
}

export function paint(form, rows, { total, states, chosen }) {
  rows.forEach(({ row, radio, codes: [group, option] }, i) => {
    const { state, price } = states[i];
    row.dataset.was ??= row.className;
    row.className = `option ${state}`;
    // What is said under an option is about the state that it had.
    row.toggleAttribute("data-outdated", row.className !== row.dataset.was);
    setText(row.querySelector(".delta"), price);
    radio.checked = chosen.get(group) === option;
  });
  const shown = form.querySelector(".total .roll");
  if (shown.textContent !== total.text) {
    const rolled = shown.cloneNode();
    rolled.id = `total-${total.minor}`;
    rolled.textContent = total.text;
    shown.replaceWith(rolled);
  }
}

// The price comes first, before the days.
function setText(cell, text) {
  if (cell.firstChild?.nodeType === Node.TEXT_NODE) cell.firstChild.data = text;
  else cell.prepend(text);
}

// Until the server's answer is morphed in, and these marks with it away.
export function unsettle(form, words) {
  form.setAttribute("aria-busy", "true");
  form.querySelector(".promise")?.setAttribute("data-unsettled", words);
}

export function isSettled(form) {
  return !form.hasAttribute("aria-busy");
}
