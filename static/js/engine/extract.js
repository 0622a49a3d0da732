// Which configuration costs least, and which one with a given leaf, read off a finished pass: see
// configurator/engine/circuit/extract.py. Ties fall as they do there: the first child of the first
// alternative, counted from the root.

import { ALL } from "./artefact.js";
import { BLOCKED } from "./passes.js";

// For each bundle of leaves the cheapest configuration with one of them: the leaf of each group.
// The leaves of a bundle belong to one group and cost the same with what is around them, which
// must exist; an empty bundle asks for nothing. `owner` has the group of each leaf.
export function cheapestWith(circuit, pass, owner, bundles) {
  const { first, isTight } = weighed(circuit, pass);
  const groups = owner[owner.length - 1] + 1;
  const stack = new Int32Array(circuit.size);
  const seen = new Int32Array(circuit.size);
  return bundles.map((bundle, row) => {
    markUpward(circuit, isTight, bundle, { seen, mark: row + 1, stack });
    const chosen = new Int32Array(groups);
    comeDown(circuit, { first, isTight, owner }, { seen, mark: row + 1, stack }, chosen);
    return chosen;
  });
}

// The first cheapest child of each alternative, and the edges that `outside` came down.
function weighed({ leaves, nodes, kinds, starts, children }, { least, outside }) {
  const first = new Int32Array(nodes).fill(-1);
  const isTight = new Uint8Array(children.length);
  for (let j = 0; j < nodes; j++) {
    const begin = starts[j], end = starts[j + 1];
    let around = outside[leaves + j];
    if (kinds[j] !== ALL) {
      for (let e = begin; e < end; e++) {
        const child = children[e];
        if (around !== BLOCKED && outside[child] === around) isTight[e] = 1;
        if (first[j] < 0 && least[child] === least[leaves + j]) first[j] = child;
      }
      continue;
    }
    if (around === BLOCKED) continue;
    let blocked = 0;
    for (let e = begin; e < end; e++) {
      if (least[children[e]] === BLOCKED) blocked++;
      else around += least[children[e]];
    }
    if (blocked > 1) continue;
    for (let e = begin; e < end; e++) {
      const cost = least[children[e]];
      if (blocked === 0) isTight[e] = outside[children[e]] === around - cost ? 1 : 0;
      else if (cost === BLOCKED) isTight[e] = outside[children[e]] === around ? 1 : 0;
    }
  }
  return { first, isTight };
}

// Mark every cheapest way up from the leaves.
function markUpward({ leaves, edgeStarts, edges, parents }, isTight, bundle, { seen, mark, stack }) {
  let top = 0;
  for (const leaf of bundle) {
    seen[leaf] = mark;
    stack[top++] = leaf;
  }
  while (top > 0) {
    const node = stack[--top];
    for (let i = edgeStarts[node]; i < edgeStarts[node + 1]; i++) {
      const above = leaves + parents[edges[i]];
      if (isTight[edges[i]] && seen[above] !== mark) {
        seen[above] = mark;
        stack[top++] = above;
      }
    }
  }
}

// Come down the first of the marked ways, and the first cheapest beside it.
function comeDown(circuit, { first, isTight, owner }, { seen, mark, stack }, chosen) {
  const { leaves, size, kinds, starts, children } = circuit;
  let top = 1;
  stack[0] = size - 1;
  while (top > 0) {
    const node = stack[--top];
    if (node < leaves) {
      chosen[owner[node]] = node;
      continue;
    }
    const j = node - leaves;
    if (kinds[j] === ALL) {
      for (let e = starts[j]; e < starts[j + 1]; e++) stack[top++] = children[e];
    } else if (seen[node] !== mark) {
      stack[top++] = first[j];
    } else {
      let e = starts[j];
      while (!(isTight[e] && seen[children[e]] === mark)) e++;
      stack[top++] = children[e];
    }
  }
}
