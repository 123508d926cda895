/** What happened in a run: one line per event, with its virtual time. Lines are only made if they are wanted. */
export class History {
  readonly lines: string[] = [];
  readonly #nowMicros: () => number;
  readonly #isKept: boolean;

  constructor(nowMicros: () => number, isKept: boolean) {
    this.#nowMicros = nowMicros;
    this.#isKept = isKept;
  }

  add(who: string, what: () => string): void {
    if (!this.#isKept) return;
    const seconds = (this.#nowMicros() / 1e6).toFixed(6);
    this.lines.push(`${seconds.padStart(11)} s  ${who.padEnd(10)} ${what()}`);
  }
}
