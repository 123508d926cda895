/** Three significant digits, as many as these measurements are worth. */
export const number = (value: number): string =>
  Number.isFinite(value) ? Number(value.toPrecision(3)).toLocaleString('en') : '-';
