/** An answer that is no success: its status, what the server says of it, and when to come back. */
export class ApiError extends Error {
  constructor(response, problem) {
    super((problem.detail ?? `the server answered ${response.status}`).replace(/\.$/, ''));
    this.status = response.status;
    // Proxies may give a date instead; the page's own pace does then.
    this.retryAfterS = Number(response.headers.get('retry-after')) || 0;
  }
}

/** Longer than the server takes for anything, so that a lost connection does not stop the page for ever. */
const ANSWER_DEADLINE_MS = 10_000;

const request = async (url, { signal, ...options }) => {
  const deadline = AbortSignal.timeout(ANSWER_DEADLINE_MS);
  const response = await fetch(url, { ...options, signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
  if (response.ok) return response.json();
  throw new ApiError(response, await response.json().catch(() => ({})));
};

/** The latest timestamps, newest first, including everything acknowledged until now. */
export const listLatest = async (limit, token, signal) => {
  const headers = { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  return (await request(`/app?limit=${limit}&consistent=true`, { headers, signal })).timestamps;
};

/** Records a timestamp and answers its record. */
export const recordTimestamp = () => request('/app', { method: 'POST', headers: { accept: 'application/json' } });
