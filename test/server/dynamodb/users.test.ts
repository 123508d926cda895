import { startDatabase } from '../support/database.ts';
import { usersContract } from '../support/users-contract.ts';

usersContract('dynalite', await startDatabase());
