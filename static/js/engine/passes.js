// One pass up and one down a circuit: see configurator/engine/circuit/passes.py.
//
// Costs are whole numbers up to 2^53, which a double holds exactly; what cannot be had is BLOCKED.

import { ALL } from "./artefact.js";

export const BLOCKED = Infinity;

// { least, outside } by node, from the costs of the leaves.
export function wholePass(circuit, costs) {
  const least = new Float64Array(circuit.size);
  const outside = new Float64Array(circuit.size).fill(BLOCKED);
  least.set(costs);
  up(circuit, least);
  down(circuit, least, outside);
  return { least, outside };
}

function up({ leaves, nodes, kinds, starts, children }, least) {
  for (let j = 0; j < nodes; j++) {
    const end = starts[j + 1];
    let cost;
    if (kinds[j] === ALL) {
      cost = 0;
      for (let e = starts[j]; e < end; e++) cost += least[children[e]];
    } else {
      cost = BLOCKED;
      for (let e = starts[j]; e < end; e++) {
        if (least[children[e]] < cost) cost = least[children[e]];
      }
    }
    least[leaves + j] = cost;
  }
}

function down({ leaves, nodes, kinds, starts, children }, least, outside) {
  outside[outside.length - 1] = 0;
  for (let j = nodes - 1; j >= 0; j--) {
    const around = outside[leaves + j];
    if (around === BLOCKED) continue;
    const begin = starts[j], end = starts[j + 1];
    if (kinds[j] !== ALL) {
      for (let e = begin; e < end; e++) {
        if (around < outside[children[e]]) outside[children[e]] = around;
      }
      continue;
    }
    // With one child blocked only that child can be had beside the others; with two, none.
    let blocked = 0, only = 0, rest = around;
    for (let e = begin; e < end; e++) {
      if (least[children[e]] === BLOCKED) {
        blocked++;
        only = children[e];
      } else {
        rest += least[children[e]];
      }
    }
    if (blocked === 1) {
      if (rest < outside[only]) outside[only] = rest;
    } else if (blocked === 0) {
      for (let e = begin; e < end; e++) {
        const child = children[e], cost = rest - least[child];
        if (cost < outside[child]) outside[child] = cost;
      }
    }
  }
}
