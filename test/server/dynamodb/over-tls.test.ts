import { describe } from 'node:test';
import { startDatabase } from '../support/database.ts';
import { putsOverTls } from '../support/over-tls-contract.ts';

const dynalite = await startDatabase();

describe('a put to dynalite over TLS', () => putsOverTls(async () => ({ endpoint: dynalite.endpoint })));
