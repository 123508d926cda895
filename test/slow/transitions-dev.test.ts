import { changesOf } from '../infra/transitions/stage-changes.ts';

// test/infra/transitions/transitions.test.ts has the combined ones.
changesOf('dev');
