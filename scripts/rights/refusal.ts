import type { Right } from './account.ts';
import type { Protocol } from './call.ts';

/** An answer of AWS, in the protocol of the request. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Error codes of AWS for the same reason, by protocol. */
const CODES = {
  denied: { json: 'AccessDeniedException', query: 'AccessDenied', s3: 'AccessDenied' },
  unknownKey: { json: 'UnrecognizedClientException', query: 'InvalidClientTokenId', s3: 'InvalidAccessKeyId' },
} as const;

/** AWS's answer to a request that its caller may not make. */
export function denied(protocol: Protocol, caller: string, { action, resource }: Right): Answer {
  const message =
    `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ` +
    `because no identity-based policy allows the ${action} action`;
  return failure(protocol, 'denied', message);
}

/** AWS's answer to a request without a signature, or signed with a key that it does not know. */
export function unknownKey(protocol: Protocol): Answer {
  return failure(protocol, 'unknownKey', 'The security token included in the request is invalid.');
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and each API reference. */
function failure(protocol: Protocol, reason: keyof typeof CODES, message: string): Answer {
  const code = CODES[reason][protocol];
  if (protocol === 'json') {
    const body = JSON.stringify({ __type: `com.amazon.coral.service#${code}`, Message: message });
    return { status: 400, contentType: 'application/x-amz-json-1.0', body };
  }
  const requestId = '<RequestId>00000000-0000-4000-8000-000000000000</RequestId>';
  if (protocol === 's3') {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${requestId}</Error>`;
    return { status: 403, contentType: 'application/xml', body };
  }
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status: 403, contentType: 'text/xml', body: `<ErrorResponse>${error}${requestId}</ErrorResponse>` };
}
