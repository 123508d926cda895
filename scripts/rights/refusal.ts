import type { Right } from './account.ts';

/** An answer of AWS, in the protocol of the request. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Error codes of AWS for the same reason, in the JSON and in the query protocol. */
const CODES = {
  denied: { json: 'AccessDeniedException', query: 'AccessDenied' },
  unknownKey: { json: 'UnrecognizedClientException', query: 'InvalidClientTokenId' },
} as const;

/** AWS's answer to a request that its caller may not make. */
export function denied(isJson: boolean, caller: string, { action, resource }: Right): Answer {
  const message =
    `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ` +
    `because no identity-based policy allows the ${action} action`;
  return failure(isJson, 'denied', message);
}

/** AWS's answer to a request without a signature, or signed with a key that it does not know. */
export function unknownKey(isJson: boolean): Answer {
  return failure(isJson, 'unknownKey', 'The security token included in the request is invalid.');
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and each API reference. */
function failure(isJson: boolean, reason: keyof typeof CODES, message: string): Answer {
  const { json, query } = CODES[reason];
  if (isJson) {
    const body = JSON.stringify({ __type: `com.amazon.coral.service#${json}`, Message: message });
    return { status: 400, contentType: 'application/x-amz-json-1.0', body };
  }
  const error = `<Error><Type>Sender</Type><Code>${query}</Code><Message>${message}</Message></Error>`;
  const body = `<ErrorResponse>${error}<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>`;
  return { status: 403, contentType: 'text/xml', body };
}
