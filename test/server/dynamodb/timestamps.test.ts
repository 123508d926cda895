import { describe } from 'node:test';
import { startDatabase } from '../support/database.ts';
import { overTls, storeContract } from '../support/store-contract.ts';

const dynalite = await startDatabase();
async function startDynalite() {
  return { endpoint: dynalite.endpoint };
}

describe('the store on dynalite', () => storeContract(startDynalite, false));
describe('the store on dynalite, with direct puts', () => storeContract(startDynalite, true));
describe('the store on dynalite over TLS, with direct puts', () => storeContract(overTls(startDynalite), true));
