import { runGroup } from './groups.ts';

runGroup('server');
