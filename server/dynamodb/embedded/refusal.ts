/** An answer other than 200, as dynalite's own errors are. */
export class Refusal extends Error {
  readonly statusCode = 400;
  readonly body: object;

  constructor(type: string, message: string, details: object = {}) {
    super(message);
    this.body = { __type: type, ...details, Message: message, message };
  }
}

/** Beginning of the types of DynamoDB's own errors. */
export const AMAZON = 'com.amazonaws.dynamodb.v20120810#';

/** Refuses parameters, as DynamoDB does before it looks at the table. */
export function invalid(message: string): Refusal {
  return new Refusal('com.amazon.coral.validate#ValidationException', message);
}

/** One of DynamoDB's own errors, such as `TableNotFoundException`. */
export function refusal(name: string, message: string): Refusal {
  return new Refusal(`${AMAZON}${name}`, message);
}
