// A click answered in the browser, the same as on the server: see
// configurator/engine/circuit/clicks.py. Groups and options are positions here, as there.

import { cheapestWith } from "./extract.js";
import { Moves } from "./moves.js";
import { BLOCKED, wholePass } from "./passes.js";

const IMPOSSIBLE = { isPossible: false, changes: [], delta: null };
const POSSIBLE = { isPossible: true, changes: [], delta: null };

export class Evaluator {
  // `base` is the price before any option; null where there are no prices. Throws where the
  // prices are too large for a double, or the circuit is not of these groups.
  constructor(circuit, { base, groups }) {
    this.circuit = circuit;
    this.base = base;
    this.moves = new Moves(groups);
    this.groups = this.moves.groups;
    if (circuit.leaves !== this.moves.leaves) throw new Error("the circuit has other leaves");
  }

  // What explicit choices (Map of group → option) mean. `chosen` has an option a group; it is null
  // where the choices contradict each other. `states[g][o]` is { isPossible, changes, delta };
  // changes are pairs of group and option. `wanted[g]` limits them to some options of the group.
  evaluate(explicit, wanted = this.groups.map((group) => [...group.options.keys()])) {
    const usual = this.#pass(explicit);
    const now = { explicit, chosen: null, total: null };
    if (usual.least[this.circuit.size - 1] !== BLOCKED) {
      const [leaves] = cheapestWith(this.circuit, usual, this.moves.owner, [[]]);
      now.chosen = Array.from(leaves, (leaf) => usual.options[leaf]);
      if (this.base !== null) now.total = this.base + sum(this.#lines(now.chosen));
    }
    const states = this.#states(usual, now, wanted, (group) => group.counts === null);
    for (const [g, group] of this.groups.entries()) {
      // How far a counted line moves depends on the count that is tried.
      if (group.counts !== null && wanted[g].length) {
        states[g] = this.#states(this.#pass(explicit, g), now, wanted, (one) => one === group)[g];
      }
    }
    return { chosen: now.chosen, total: now.total, states };
  }

  #pass(explicit, tried = null) {
    const { costs, options } = this.moves.leafCosts(explicit, tried, BLOCKED);
    return { options, ...wholePass(this.circuit, costs) };
  }

  #states(pass, now, wanted, isAsked) {
    const bundles = [], numbers = new Map();
    const ways = this.groups.map((group, g) =>
      isAsked(group) ? wanted[g].map((option) => this.#way(pass, now, group, option)) : []);
    for (const way of ways.flat()) {
      if (way !== null && !numbers.has(way.key)) numbers.set(way.key, bundles.push(way.leaves) - 1);
    }
    const ends = now.chosen && bundles.length
      ? cheapestWith(this.circuit, pass, this.moves.owner, bundles).map((leaves, row) =>
        this.#end(pass, now, leaves, this.moves.owner[bundles[row][0]]))
      : null;
    return ways.map((found, g) => {
      const states = [];
      found.forEach((way, i) => {
        const option = wanted[g][i];
        states[option] = way === null ? IMPOSSIBLE
          : ends === null ? POSSIBLE : this.#state(now, g, option, ends[numbers.get(way.key)]);
      });
      return states;
    });
  }

  // The leaves that lead to the cheapest configuration with an option; null where there is none.
  #way({ outside }, { explicit }, group, option) {
    const { countedBy, pieces, first, classes } = group;
    const begin = first + classes[option] * pieces.length;
    if (countedBy === null) {
      return outside[begin] === BLOCKED ? null : { key: `${begin}`, leaves: [begin] };
    }
    const current = this.moves.column(countedBy, explicit);
    const paid = pieces.map(
      (_, k) => outside[begin + k] + this.moves.ownCost(group, option, k, current));
    const best = Math.min(...paid);
    if (best === BLOCKED) return null;
    const leaves = paid.flatMap((cost, k) => (cost === best ? [begin + k] : []));
    return { key: leaves.join(), leaves };
  }

  // What else is another option then, the price of the other lines, and the pieces.
  #end(pass, { chosen }, leaves, tried) {
    const options = Array.from(leaves, (leaf) => pass.options[leaf]);
    const changes = [];
    options.forEach((option, g) => {
      if (g !== tried && option !== chosen[g]) changes.push([g, option]);
    });
    const lines = this.#lines(options);
    return { changes, others: sum(lines) - lines[tried], pieces: this.#pieces(tried, options) };
  }

  #state({ total }, g, option, { changes, others, pieces }) {
    const delta = this.base === null
      ? null : this.base + others + this.groups[g].own[option] * pieces - total;
    return { isPossible: true, changes, delta };
  }

  #lines(options) {
    return options.map((option, g) => this.groups[g].own[option] * this.#pieces(g, options));
  }

  // How many pieces of a group's option there are.
  #pieces(g, options) {
    const { countedBy } = this.groups[g];
    return countedBy === null ? 1 : this.groups[countedBy].units[options[countedBy]];
  }
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
