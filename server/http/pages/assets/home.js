import { listLatest, recordTimestamp, repeat } from './api.js';
import { mergeLatest } from './records.js';
import { showFeedState, showOutcome, showRecords, showTokenForm } from './view.js';

const SHOWN_RECORDS = 20;
const PACE = { intervalMs: 2_000, longestMs: 60_000 };
const TOKEN_KEY = 'read-token';

let records = [];
let polling = new AbortController();

function show(arrived) {
  records = mergeLatest(records, arrived, SHOWN_RECORDS);
  showRecords(records);
}

async function poll(signal) {
  show(await listLatest(SHOWN_RECORDS, sessionStorage.getItem(TOKEN_KEY), signal));
  showTokenForm(false);
  showFeedState('live', 'Live, every 2 seconds');
}

function onFailure(error, waitMs) {
  if (error.status !== 401)
    return showFeedState(
      'failing',
      `Cannot read the list: ${error.message}. Next attempt in ${Math.round(waitMs / 1000)} s`,
    );
  polling.abort();
  const refused = sessionStorage.getItem(TOKEN_KEY) !== null;
  sessionStorage.removeItem(TOKEN_KEY);
  showTokenForm(true, { focus: refused });
  showFeedState('waiting', refused ? 'That token was not accepted' : 'The list needs a token');
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

document.getElementById('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN_KEY, document.getElementById('token').value);
  document.getElementById('token').value = '';
  startPolling();
});

document.getElementById('record').addEventListener('submit', async (event) => {
  event.preventDefault();
  const startMs = performance.now();
  try {
    const record = await recordTimestamp();
    const tookMs = Math.round(performance.now() - startMs);
    show([record]);
    showOutcome('done', `Recorded by ${record.instance} in ${tookMs} ms`);
  } catch (error) {
    const retry = error.retryAfterS ? ` Try again in ${error.retryAfterS} s.` : '';
    showOutcome('failed', `Not recorded: ${error.message}.${retry}`);
  }
});

if (!document.hidden) startPolling();
