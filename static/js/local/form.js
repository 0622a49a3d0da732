// What the configure form says, and what it would say had nothing been painted into it.
//
// The server reads from `kept` and `auto` which radios are the customer's choices (see
// configurator/views/wish.py), so a radio that only followed a choice here must not be posted as
// one: a question to the server is put as if the page still stood as the server made it.

const CHOICE = "choice.";

export class Standing {
  constructor() {
    this.clear();
  }

  // `moved`: group → the option that the server's page has, where another is painted. `byHand`:
  // groups that the customer chose in since, oldest first; `insisted`: those that were painted
  // before. `painted`: the whole machine as it is shown.
  clear() {
    this.moved = new Map();
    this.byHand = new Set();
    this.insisted = new Set();
    this.painted = new Map();
  }

  // The customer chose in a group.
  choose(group) {
    this.byHand.delete(group);
    this.byHand.add(group);
    if (this.moved.delete(group)) this.insisted.add(group);
  }

  // The customer's choices, oldest first, as pairs of codes; by the rules of the server.
  explicit(form) {
    const posted = new Map(checkedIn(form));
    for (const [group, option] of this.moved) posted.set(group, option);
    const kept = pairsOf(form.elements.kept.value);
    const wanted = new Map(kept.filter(([group, option]) => (posted.get(group) ?? option) === option));
    const auto = new Map(this.#auto(form.elements.auto.value));
    for (const [group, option] of posted) {
      if (!wanted.has(group) && auto.get(group) !== option) wanted.set(group, option);
    }
    return [...wanted];
  }

  // The radios follow the machine that was found.
  follow(form, chosen) {
    for (const [group, option] of [...checkedIn(form), ...this.moved]) {
      const before = this.moved.get(group) ?? option;
      if (before === chosen.get(group)) this.moved.delete(group);
      else this.moved.set(group, before);
    }
    this.painted = chosen;
  }

  // Of a question to the server. It takes the last of several new choices for the newest.
  asTheServerMadeIt(body) {
    for (const [group, option] of this.moved) body.set(CHOICE + group, option);
    for (const group of this.byHand) {
      const option = body.get(CHOICE + group);
      body.delete(CHOICE + group);
      if (option !== null) body.append(CHOICE + group, option);
    }
    if (this.insisted.size) {
      const auto = this.#auto(body.get("auto"));
      body.set("auto", auto.map((pair) => pair.join(":")).join());
    }
  }

  // Of a form that leaves the page: the machine as it is shown, also where a large group has no
  // radio for what was filled in.
  asItIsShown(data) {
    for (const [group, option] of this.painted) {
      if (!data.has(CHOICE + group)) data.set(CHOICE + group, option);
    }
  }

  #auto(text) {
    return pairsOf(text).filter(([group]) => !this.insisted.has(group));
  }
}

// The group that an element is a radio of, if it is one.
export function groupOf(element) {
  const isChoice = element.type === "radio" && element.name.startsWith(CHOICE);
  return isChoice ? element.name.slice(CHOICE.length) : null;
}

function checkedIn(form) {
  const radios = form.querySelectorAll(`[type=radio][name^="${CHOICE}"]:checked`);
  return Array.from(radios, (radio) => [groupOf(radio), radio.value]);
}

// "cpu:ryzen,case:mini"
function pairsOf(text) {
  return text ? text.split(",").map((pair) => pair.split(":")) : [];
}
