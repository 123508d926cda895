import { changesOf } from '../infra/transitions/stage-changes.ts';

changesOf('prod');
