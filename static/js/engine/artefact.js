// A compiled model as the server stores it: see configurator/engine/circuit/artefact.py.

const MAGIC = [0x43, 0x57, 0x43, 0x49, 0x52, 0x43, 0x00, 0x01]; // the last byte is the format
const HASH_BYTES = 32;
export const ALL = 1; // kinds of nodes: 0 is one of the children, 1 all of them together

// The circuit in the bytes of an artefact (an ArrayBuffer). Throws where they are damaged, no
// artefact, another model's, or leave a rule out: then the server has to answer alone.
export async function readArtefact(buffer, model) {
  const bytes = new Uint8Array(buffer);
  check(MAGIC.every((byte, i) => bytes[i] === byte), "these bytes are no artefact of this format");
  await checkHash(bytes);
  const length = new DataView(buffer).getUint32(MAGIC.length, true);
  const begin = MAGIC.length + 4;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(begin, begin + length)));
  check(header.model === model, "the artefact was made from another model");
  check(header.wide === null, "the artefact leaves a rule out");
  return withParents(arraysOf(buffer, begin + length, header));
}

// Only pages from a secure origin may hash; elsewhere the lengths and the order of nodes remain.
async function checkHash(bytes) {
  if (!globalThis.crypto?.subtle) return;
  const end = bytes.length - HASH_BYTES;
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.subarray(0, end)));
  check(found.every((byte, i) => byte === bytes[end + i]), "the artefact is damaged");
}

// The views lie in the buffer as they are, which takes a processor that counts from the low byte.
function arraysOf(buffer, begin, { leaves, nodes, edges }) {
  check(new Uint8Array(new Uint32Array([1]).buffer)[0] === 1, "this processor is big-endian");
  const afterStarts = begin + 4 * (nodes + 1);
  const afterChildren = afterStarts + 4 * edges;
  check(afterChildren + nodes + HASH_BYTES === buffer.byteLength, "the arrays have other lengths");
  return {
    leaves,
    nodes,
    size: leaves + nodes,
    starts: new Int32Array(buffer, begin, nodes + 1),
    children: new Int32Array(buffer, afterStarts, edges),
    kinds: new Uint8Array(buffer, afterChildren, nodes),
  };
}

// Adds, by edge, the inner node above it (by position), and the edges by the node below them:
// those of node n are edges[edgeStarts[n]] up to edges[edgeStarts[n + 1]].
function withParents(circuit) {
  const { leaves, nodes, size, starts, children, kinds } = circuit;
  check(nodes > 0 && starts[0] === 0 && starts[nodes] === children.length, "offsets are out of order");
  const parents = new Int32Array(children.length);
  const edgeStarts = new Int32Array(size + 1);
  for (let j = 0; j < nodes; j++) {
    check(starts[j] <= starts[j + 1] && kinds[j] <= ALL, "a node is malformed");
    for (let e = starts[j]; e < starts[j + 1]; e++) {
      check(children[e] >= 0 && children[e] < leaves + j, "a node comes before its children");
      parents[e] = j;
      edgeStarts[children[e] + 1]++;
    }
  }
  for (let n = 0; n < size; n++) edgeStarts[n + 1] += edgeStarts[n];
  const edges = new Int32Array(children.length);
  const next = edgeStarts.slice();
  for (let e = 0; e < children.length; e++) edges[next[children[e]]++] = e;
  return { ...circuit, parents, edges, edgeStarts };
}

function check(holds, problem) {
  if (!holds) throw new Error(problem);
}
