import { HEALTH_PATH, LIVE_PATH, TIMESTAMPS_PATH } from '../../server/contract.ts';
import { compare, type Finding } from './finding.ts';

const DEADLINE_MS = 10_000;

/** How the service answers, and who may read. */
export interface AnswersOptions {
  readonly url: URL;
  /** Whether reading must need a token. @default - not checked */
  readonly needsToken: boolean | undefined;
  /** A valid read token. @default - reading with one is not checked */
  readonly token: string | undefined;
  /** Where plain HTTP is redirected to TLS. @default - port 80 of the same host */
  readonly plainPort?: number;
}

/** Headers of every page, with what each must contain. */
const PAGE_HEADERS: readonly (readonly [name: string, part: string])[] = [
  ['content-security-policy', "default-src 'none'"],
  ['content-security-policy', "frame-ancestors 'none'"],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
];

const LIST = `${TIMESTAMPS_PATH}?limit=1`;

/** What only readers may see. The token is checked before the id. */
const READS: readonly (readonly [what: string, path: string])[] = [
  ['the list', LIST],
  ['a record', `${TIMESTAMPS_PATH}/some-id`],
  ['the list of users', '/users?limit=1'],
  ['the live stream', LIVE_PATH],
];

/** Asks as clients do, and checks what they get. */
export async function probeAnswers({ url, needsToken, token, plainPort = 80 }: AnswersOptions): Promise<Finding[]> {
  const hasTls = url.protocol === 'https:';
  const [health, page, unknown] = await Promise.all([
    ask(new URL(HEALTH_PATH, url)),
    ask(new URL('/', url), { accept: 'text/html' }),
    ask(new URL('/there-is-nothing', url)),
  ]);
  const statusOf = async (path: string, token?: string) => {
    const { status } = await ask(new URL(path, url), token === undefined ? {} : { authorization: `Bearer ${token}` });
    return `${status}`;
  };
  const refusesWithoutToken = async ([what, path]: (typeof READS)[number]) =>
    compare(`${what} without a token`, await statusOf(path), '401');
  return [
    compare('the health of the service', `${health.status}`, '200'),
    compare('an unknown path', `${unknown.status}`, '404'),
    ...PAGE_HEADERS.map(([name, part]) => header(page, name, part)),
    // Browsers then use TLS even if a link says http.
    ...(hasTls ? [header(page, 'strict-transport-security', 'max-age='), await redirect(url, plainPort)] : []),
    ...['x-powered-by', 'server'].map((name) => withoutVersion(page, name)),
    ...(needsToken === false ? [compare('the list without a token', await statusOf(LIST), '200')] : []),
    ...(needsToken ? await Promise.all(READS.map(refusesWithoutToken)) : []),
    ...(needsToken ? [compare('the list with a wrong token', await statusOf(LIST, 'wrong'), '401')] : []),
    ...(token ? [compare('the list with the token', await statusOf(LIST, token), '200')] : []),
  ];
}

function header({ headers }: Answer, name: string, part: string): Finding {
  const measured = headers.get(name) ?? 'missing';
  return { check: `the header ${name}`, passed: measured.includes(part), measured, expected: `… ${part} …` };
}

/** The load balancer may name itself, but no program behind it names its version. */
function withoutVersion({ headers }: Answer, name: string): Finding {
  const measured = headers.get(name) ?? 'missing';
  const passed = name === 'server' ? !/\d/.test(measured) : measured === 'missing';
  return { check: `the header ${name}`, passed, measured, expected: 'no name and version of a program' };
}

async function redirect({ hostname }: URL, port: number): Promise<Finding> {
  const { status, headers } = await ask(new URL(`http://${hostname}:${port}${TIMESTAMPS_PATH}`));
  const location = (headers.get('location') ?? '').replace(/:443(?=\/)/, '');
  return compare('plain HTTP', `${status} ${location}`.trim(), `301 https://${hostname}${TIMESTAMPS_PATH}`);
}

type Answer = Pick<Response, 'headers'> & { readonly status: number | string };

/** An answer without its body; without an answer, the error is its status. */
async function ask(url: URL, headers: Readonly<Record<string, string>> = { accept: 'application/json' }) {
  try {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const response = await fetch(url, { headers, redirect: 'manual', signal });
    await response.body?.cancel();
    return { status: response.status, headers: response.headers };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    return { status: cause?.code ?? message, headers: new Headers() };
  }
}
