import { runGroup } from './groups.ts';

runGroup('infra');
