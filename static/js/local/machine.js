// The machine of the page, answered in the browser: codes in, codes out.

import { readArtefact } from "../engine/artefact.js";
import { Evaluator } from "../engine/evaluator.js";
import { Amounts } from "./amounts.js";

// Fetches what the form names in data-local (see configurator/views/local.py). Throws.
export async function openMachine({ model, circuit, prices, money, words }) {
  const [bytes, data] = await Promise.all([
    fetched(circuit).then((response) => response.arrayBuffer()),
    fetched(prices).then((response) => response.json()),
  ]);
  const evaluator = new Evaluator(await readArtefact(bytes, model), data);
  return new Machine(evaluator, new Amounts(money), words);
}

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return response;
}

class Machine {
  constructor(evaluator, amounts, words) {
    this.evaluator = evaluator;
    this.amounts = amounts;
    this.words = words;
    this.groups = evaluator.groups;
    this.places = new Map(this.groups.map(({ code, options }, g) => [
      code, { g, options: new Map(options.map((option, o) => [option, o])) },
    ]));
  }

  // Positions of a group and of an option in it. Throws where the machine has no such option.
  locate(group, option) {
    const place = this.places.get(group), o = place?.options.get(option);
    if (o === undefined) throw new Error(`no option ${group}:${option}`);
    return [place.g, o];
  }

  // `explicit` and `shown` are pairs of codes: what the customer chose, and the options whose
  // states are asked for. Null where the choices contradict each other: a way out is the server's.
  // Else { chosen (group → option), total, states (a list like `shown`: { state, price }) }.
  answer(explicit, shown) {
    const wanted = this.groups.map(() => []);
    const asked = shown.map(([group, option]) => this.locate(group, option));
    for (const [g, o] of asked) wanted[g].push(o);
    const choices = new Map(explicit.map(([group, option]) => this.locate(group, option)));
    const { chosen, total, states } = this.evaluator.evaluate(choices, wanted);
    if (chosen === null) return null;
    return {
      chosen: new Map(chosen.map((o, g) => [this.groups[g].code, this.groups[g].options[o]])),
      total: { minor: total, text: this.amounts.format(total) },
      states: asked.map(([g, o]) => this.#inWords(g, o, chosen, states[g][o])),
    };
  }

  #inWords(g, o, chosen, { isPossible, changes, delta }) {
    if (chosen[g] === o) return { state: "chosen", price: this.words.chosen };
    if (!isPossible) return { state: "blocked", price: this.#ownDifference(g, o, chosen) };
    return { state: changes.length ? "changes" : "possible", price: this.#difference(delta) };
  }

  // Of the option's own price, without what it would change elsewhere.
  #ownDifference(g, o, chosen) {
    const { units, counts, countedBy } = this.groups[g];
    if (counts !== null) return "";
    const pieces = countedBy === null ? 1 : this.groups[countedBy].units[chosen[countedBy]] || 1;
    return this.#difference((units[o] - units[chosen[g]]) * pieces);
  }

  #difference(minor) {
    return minor === 0 ? this.words.same : this.amounts.difference(minor);
  }
}
