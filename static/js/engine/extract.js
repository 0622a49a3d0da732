// Which configuration costs least, and which one with a given leaf, read off a finished pass: see
// configurator/engine/circuit/extract.py. Ties fall as they do there: the first child of the first
// alternative, counted from the root.

import { ALL } from "./artefact.js";
import { BLOCKED } from "./passes.js";

// For each bundle of leaves the cheapest configuration with one of them: the leaf of each group.
// The leaves of a bundle belong to one group and cost the same with what is around them, which
// must exist; an empty bundle asks for nothing. `owner` has the group of each leaf.
export function cheapestWith(circuit, pass, owner, bundles) {
  const groups = owner[owner.length - 1] + 1;
  const stack = new Int32Array(circuit.size);
  const seen = new Int32Array(circuit.size);
  return bundles.map((bundle, row) => {
    const chosen = new Int32Array(groups);
    markUpward(circuit, pass, bundle, seen, row + 1, stack);
    comeDown(circuit, pass, seen, row + 1, stack, (leaf) => { chosen[owner[leaf]] = leaf; });
    return chosen;
  });
}

// Mark every cheapest way up from the leaves.
function markUpward(circuit, pass, bundle, seen, mark, stack) {
  const { leaves, edgeStarts, edges, parents } = circuit;
  let top = 0;
  for (const leaf of bundle) {
    seen[leaf] = mark;
    stack[top++] = leaf;
  }
  while (top > 0) {
    const node = stack[--top];
    for (let i = edgeStarts[node]; i < edgeStarts[node + 1]; i++) {
      const j = parents[edges[i]];
      if (seen[leaves + j] !== mark && isTight(circuit, pass, node, j)) {
        seen[leaves + j] = mark;
        stack[top++] = leaves + j;
      }
    }
  }
}

// Did what is outside a node come down from this inner node above it?
function isTight({ leaves, kinds, starts, children }, { least, outside }, node, j) {
  const above = leaves + j, around = outside[above];
  if (around === BLOCKED) return false;
  if (kinds[j] !== ALL) return outside[node] === around;
  if (least[above] !== BLOCKED) return outside[node] === around + least[above] - least[node];
  if (least[node] !== BLOCKED) return false;
  let rest = around; // beside a blocked node, all others must be had
  for (let e = starts[j]; e < starts[j + 1]; e++) {
    if (children[e] !== node) rest += least[children[e]];
  }
  return rest !== BLOCKED && outside[node] === rest;
}

// Come down the first of the marked ways, and the first cheapest beside it.
function comeDown(circuit, { least, outside }, seen, mark, stack, take) {
  const { leaves, size, kinds, starts, children } = circuit;
  let top = 1;
  stack[0] = size - 1;
  while (top > 0) {
    const node = stack[--top];
    if (node < leaves) {
      take(node);
      continue;
    }
    const j = node - leaves;
    let e = starts[j];
    if (kinds[j] === ALL) {
      while (e < starts[j + 1]) stack[top++] = children[e++];
      continue;
    }
    if (seen[node] === mark) {
      while (seen[children[e]] !== mark || outside[children[e]] !== outside[node]) e++;
    } else {
      while (least[children[e]] !== least[node]) e++;
    }
    stack[top++] = children[e];
  }
}
