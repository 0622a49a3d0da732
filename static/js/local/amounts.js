// Writes amounts as the server does. It sends samples of 1,234,567 units, with and without what
// is smaller than a unit, so that no rule of any language stands here.

export class Amounts {
  constructor({ places, whole, exact, more, less }) {
    this.unit = 10 ** places;
    this.places = places;
    this.whole = whole;
    this.exact = exact;
    this.signs = { more, less };
    this.thousands = whole.match(/1(\D*)234/)[1];
    this.point = exact.match(/567(\D+)\d/)?.[1] ?? "";
  }

  format(minor) {
    const amount = Math.abs(minor), rest = amount % this.unit;
    const units = String((amount - rest) / this.unit)
      .replace(/\B(?=(\d{3})+$)/g, () => this.thousands);
    const written = rest === 0
      ? this.whole.replace(/\d.*\d/, () => units)
      : this.exact.replace(/\d.*\d/, () => units + this.point + String(rest).padStart(this.places, "0"));
    return written;
  }

  difference(minor) {
    return (minor < 0 ? this.signs.less : this.signs.more) + this.format(minor);
  }
}
