import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CLIENT_SETTINGS, explained } from '../aws/call.ts';
import { OperatorError } from '../cli/errors.ts';

/** A table that is read. */
export interface Table {
  readonly client: DynamoDBClient;
  readonly name: string;
}

/** Attempts of a request, so that a long scan survives some seconds of throttling. The SDK pauses between them. */
const MAX_ATTEMPTS = 10;

/** A table of the usual AWS configuration, or of a database that is not on AWS, at `endpoint`. */
export function openTable(name: string, endpoint?: string): Table {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const elsewhere = endpoint === undefined ? {} : { endpoint, region: 'local', credentials };
  return { client: new DynamoDBClient({ ...CLIENT_SETTINGS, maxAttempts: MAX_ATTEMPTS, ...elsewhere }), name };
}

/**
 * The number of items in a table, as DynamoDB last counted them. It counts every six hours.
 *
 * @throws OperatorError if the table does not exist
 */
export async function countedItems({ client, name }: Table): Promise<number> {
  const described = client.send(new DescribeTableCommand({ TableName: name })).catch((error: Error) => {
    if (error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  });
  const description = await explained(`describe the table ${name}`, described);
  if (description) return description.Table?.ItemCount ?? 0;
  throw new OperatorError(
    `there is no table ${name} in this account and region: check the name, AWS_PROFILE and AWS_REGION`,
  );
}
