import { environmentSecrets } from '../../../server/secrets/secrets.ts';
import { createRecordIds } from '../../../server/timestamps/record-ids.ts';

const { idKeys } = environmentSecrets({});

/** The ids of a server without a secret. */
export const recordIds = createRecordIds(() => idKeys);

export const { recordsOf } = recordIds;
