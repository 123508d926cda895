import { runGroup } from './groups.ts';

runGroup('scripts');
