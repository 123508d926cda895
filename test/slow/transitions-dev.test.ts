import { changesOf } from '../infra/transitions/stage-changes.ts';

// test/infra/transitions/transitions.test.ts changes several settings at once.
changesOf('dev');
