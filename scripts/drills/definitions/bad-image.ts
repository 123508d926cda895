import type { Drill } from '../drill.ts';

/** A deployment that cannot work must not harm the service. */
export const BAD_IMAGE: Drill = {
  name: 'bad-image',
  summary: 'An image whose app does not start is rolled out; it gets no traffic and the old instances keep serving.',
  rehearsal: { fault: 'bad-image', objectives: { errorRatio: 0, detectS: 40, recoverS: 5 } },
};
