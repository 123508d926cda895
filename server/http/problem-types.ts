import type { ErrorCode } from '../errors.ts';

/** What each type of problem means to a client: the anchors of `GET /docs` to which a problem's `type` points. */
export const PROBLEM_TYPES: Readonly<Record<ErrorCode | 'internal', string>> = {
  invalid:
    'The request is not what the operation expects. `errors` names each field at fault and what is expected of it.',
  unauthorized: 'Reading needs the read token as `Authorization: Bearer`, and it was missing or wrong.',
  'not-found': 'There is nothing at this address.',
  'method-not-allowed': 'The address has other methods than this one; `Allow` lists them.',
  'not-acceptable': 'The answer cannot be given in any of the media types that `Accept` asks for.',
  conflict: 'Something that must be unique is taken; `errors` says which field.',
  'too-large': 'The request body is larger than the operation accepts. Nothing was done.',
  'unsupported-media-type': 'The request body has a media type that the operation does not read.',
  'rate-limited': 'More requests than this instance is set to take. Nothing was done; try again after `Retry-After`.',
  overloaded: 'This process has more to do than it can. Nothing was done; try again after `Retry-After`.',
  draining: 'This process is on its way out. Nothing was done; try again after `Retry-After`.',
  unavailable:
    'The database did not answer in time. Try again after `Retry-After`; a timestamp may have been stored all the same.',
  internal: 'A fault of the server, not of the request. It has been logged.',
};
