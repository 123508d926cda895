import { join } from 'node:path';
import { BenchProcess } from '../process.ts';
import type { Load, LoadReport } from './generator.ts';

/** The load generator's process. */
export class Generator extends BenchProcess {
  constructor() {
    const file = join(import.meta.dirname, 'generator.ts');
    super({ role: 'generator', line: [process.execPath, file], channel: true });
  }

  /** Puts a load on a server; `onMeasuring` is called when the warm-up is over. */
  async run(load: Load, onMeasuring?: () => Promise<void>): Promise<LoadReport> {
    this.send(load);
    await this.nextMessage<'measuring'>();
    await onMeasuring?.();
    return this.nextMessage<LoadReport>();
  }
}
