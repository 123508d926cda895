import { isRepeatable, listLatest, newKey, recordTimestamp, repeat } from './api.js';
import { mergeLatest } from './records.js';
import { showFeedState, showOutcome, showRecords, showTokenForm } from './view.js';

const SHOWN_RECORDS = 20;
const PACE = { intervalMs: 2_000, longestMs: 60_000 };
/** The keys of the tokens in the session storage, which are also the ids of their fields. */
const [READ_TOKEN, WRITE_TOKEN] = ['token', 'write-token'];

let records = [];
/** The key of an attempt that may have recorded its timestamp: the next attempt repeats it. */
let failedKey;
let polling = new AbortController();

function show(arrived) {
  records = mergeLatest(records, arrived, SHOWN_RECORDS);
  showRecords(records);
}

async function poll(signal) {
  const { timestamps, complete } = await listLatest(SHOWN_RECORDS, sessionStorage.getItem(READ_TOKEN), signal);
  show(timestamps);
  showTokenForm(READ_TOKEN, false);
  showFeedState('live', complete ? 'Live, every 2 seconds' : 'Live, but some accepted timestamps are not listed yet');
}

function onFailure(error, waitMs) {
  if (error.status !== 401)
    return showFeedState(
      'failing',
      `Cannot read the list: ${error.message}. Next attempt in ${Math.round(waitMs / 1000)} s`,
    );
  polling.abort();
  const refused = forgetToken(READ_TOKEN);
  showTokenForm(READ_TOKEN, true, { focus: refused });
  showFeedState('waiting', refused ? 'That token was not accepted' : 'The list needs a token');
}

/** Removes a token that was not accepted; returns whether there was one. */
function forgetToken(key) {
  const known = sessionStorage.getItem(key) !== null;
  sessionStorage.removeItem(key);
  return known;
}

function startPolling() {
  polling.abort();
  polling = new AbortController();
  repeat(poll, { ...PACE, signal: polling.signal, onFailure });
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) return startPolling();
  polling.abort();
  showFeedState('waiting', 'Paused while the page is hidden');
});

/** Stores the token that a form submits, then repeats what required it. */
function onToken(key, repeatRequest) {
  document.getElementById(`${key}-form`).addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem(key, document.getElementById(key).value);
    document.getElementById(key).value = '';
    repeatRequest();
  });
}
onToken(READ_TOKEN, startPolling);
onToken(WRITE_TOKEN, record);

async function record() {
  const startMs = performance.now();
  const key = failedKey ?? newKey();
  failedKey = undefined;
  try {
    const recorded = await recordTimestamp(sessionStorage.getItem(WRITE_TOKEN), key);
    showTokenForm(WRITE_TOKEN, false);
    const tookMs = Math.round(performance.now() - startMs);
    show([recorded]);
    const verb = recorded.state === 'stored' ? 'Recorded' : 'Accepted';
    const later = recorded.state === 'stored' ? '' : '. The database is not available, so it appears in lists later';
    showOutcome('done', `${verb} by ${recorded.instance} in ${tookMs} ms${later}`);
  } catch (error) {
    if (isRepeatable(error)) failedKey = key;
    if (error.status === 401) {
      const refused = forgetToken(WRITE_TOKEN);
      showTokenForm(WRITE_TOKEN, true, { focus: true });
      return showOutcome('failed', refused ? 'That token was not accepted' : 'Recording needs a token');
    }
    const retry = error.retryAfterS ? ` Try again in ${error.retryAfterS} s.` : '';
    showOutcome('failed', `Not recorded: ${error.message}.${retry}`);
  }
}

document.getElementById('record').addEventListener('submit', (event) => {
  event.preventDefault();
  record();
});

if (!document.hidden) startPolling();
