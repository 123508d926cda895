import { changesOf, combinedChangesOf } from '../infra/transitions/stage-changes.ts';

changesOf('prod');
combinedChangesOf('prod');
