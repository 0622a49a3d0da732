// What it costs to fill a group in, as one whole number a leaf: see configurator/engine/circuit/
// lines.py, moves.py and leaves.py. Whether a group leaves its default counts first, then how far
// its price line moves, then how much dearer it gets.

const EXACT = 2 ** 53; // whole numbers up to here are exact in a double

// Groups come as { code, options, classes, units, default, counts }: by option its class and what
// one piece costs, or, in a group that counts another (`counts`, else null), how many it is.
export class Moves {
  constructor(groups) {
    this.groups = groups.map((group) => ({ ...group, members: membersOf(group.classes) }));
    this.groups.forEach((group, g) => this.#connect(group, g));
    let leaves = 0;
    for (const group of this.groups) {
      group.first = leaves;
      leaves += group.members.length * group.pieces.length;
    }
    this.leaves = leaves;
    this.owner = this.#byLeaf((g) => g);
    this.#weigh();
    this.kept = new Map();
  }

  // `own` is what one piece adds to the group's own line, `pieces` how many a leaf may stand for.
  #connect(group, g) {
    const counting = this.groups.findIndex((other) => other.counts === g);
    group.countedBy = counting < 0 ? null : counting;
    group.own = group.counts === null ? group.units : group.units.map(() => 0);
    if (counting < 0) {
      group.pieces = [1];
    } else {
      const { units, members } = this.groups[counting];
      group.pieces = members.map(([option]) => units[option]);
    }
  }

  #byLeaf(valueOf) {
    const values = new Int32Array(this.leaves);
    this.groups.forEach((group, g) => {
      const size = group.members.length * group.pieces.length;
      for (let i = 0; i < size; i++) values[group.first + i] = valueOf(g);
    });
    return values;
  }

  #weigh() {
    const most = (values) => values.reduce((found, value) => Math.max(found, Math.abs(value)), 0);
    const farthest = this.groups.reduce(
      (sum, { own, pieces }) => sum + 2 * most(own) * most(pieces), 0);
    this.perMoved = 2 * farthest + 1;
    this.perChange = this.perMoved * (farthest + 1);
    if (!(this.perChange * (this.groups.length + 1) <= EXACT)) {
      throw new RangeError("the prices are too large to be weighed in 53 bits");
    }
  }

  pack(isChanged, move) {
    return (isChanged ? this.perChange : 0) + Math.abs(move) * this.perMoved + move;
  }

  // { costs, options } by leaf for explicit choices (Map of group → option): the packed cost, and
  // the option of its class that the leaf stands for. Other classes of a fixed group are blocked.
  // `tried` is a counting group whose counts are tried: what it counts costs what it does there.
  leafCosts(explicit, tried, blocked) {
    const costs = new Float64Array(this.leaves);
    const options = new Int32Array(this.leaves);
    this.groups.forEach((group, g) => {
      const isByItself = group.countedBy === null || group.countedBy === tried;
      const column = isByItself ? -1 : this.column(group.countedBy, explicit);
      const part = explicit.has(g)
        ? this.#fixed(group, explicit.get(g), column, blocked)
        : this.#open(group, g, column);
      costs.set(part.costs, group.first);
      options.set(part.options, group.first);
    });
    return { costs, options };
  }

  // The position of the count that stands now, among the counts of what is counted.
  column(counting, explicit) {
    const group = this.groups[counting];
    return group.classes[explicit.get(counting) ?? group.default];
  }

  // What it costs by itself to take an option at the count of a column.
  ownCost(group, option, column, current) {
    return this.pack(false, group.units[option] * (group.pieces[column] - group.pieces[current]));
  }

  #open(group, g, column) {
    const key = `${g} ${column}`;
    if (!this.kept.has(key)) {
      const mine = group.classes[group.default];
      this.kept.set(key, this.#leavesOf(group, column, group.default, (number, move) => {
        const option = number === mine ? group.default : nearest(group.members[number], move);
        return [option, this.pack(number !== mine, move(option))];
      }));
    }
    return this.kept.get(key);
  }

  // Whoever tries a blocked class says which option it is.
  #fixed(group, chosen, column, blocked) {
    const mine = group.classes[chosen];
    return this.#leavesOf(group, column, chosen, (number, move) =>
      number === mine ? [chosen, this.pack(false, move(chosen))] : [group.members[number][0], blocked]);
  }

  // A line moves from what it would cost with the option that is there now, at its count.
  #leavesOf(group, column, now, leafOf) {
    const { members, pieces, own } = group;
    const costs = new Float64Array(members.length * pieces.length);
    const options = new Int32Array(costs.length);
    members.forEach((_, number) => {
      pieces.forEach((count, k) => {
        const usual = own[now] * (column < 0 ? count : pieces[column]);
        const at = number * pieces.length + k;
        [options[at], costs[at]] = leafOf(number, (option) => own[option] * count - usual);
      });
    });
    return { costs, options };
  }
}

// By class, its options.
function membersOf(classes) {
  const members = [];
  classes.forEach((number, option) => (members[number] ??= []).push(option));
  return members;
}

// The option that moves its line least, then the cheaper, then the first.
function nearest(members, move) {
  let best = members[0], least = move(best);
  for (const option of members) {
    const moved = move(option), further = Math.abs(moved) - Math.abs(least);
    if (further < 0 || (further === 0 && moved < least)) {
      best = option;
      least = moved;
    }
  }
  return best;
}
