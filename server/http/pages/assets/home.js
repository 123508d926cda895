import { isRepeatable, listLatest, newKey, recordTimestamp, repeat } from './api.js';
import { mergeLatest } from './records.js';
import { readEvents } from './stream.js';
import { hideState, showFeedState, showOutcome, showRecords, showState, showTokenForm } from './view.js';

const SHOWN_RECORDS = 20;
const PACE = { intervalMs: 2_000, longestMs: 60_000 };
/** After a refused or silent stream, the page asks for the list for this long. */
const STREAM_AGAIN_MS = 60_000;
const INCOMPLETE = 'Live, but some accepted timestamps are not listed yet';
/** The keys of the tokens in the session storage, which are also the ids of their fields. */
const [READ_TOKEN, WRITE_TOKEN] = ['token', 'write-token'];

let records = [];
/** The key of an attempt that may have recorded its timestamp: the next attempt repeats it. */
let failedKey;
let following = new AbortController();
let streamNotBeforeMs = 0;

function show(arrived) {
  records = mergeLatest(records, arrived, SHOWN_RECORDS);
  showRecords(records);
}

/** Follows the stream until the server ends it, which it does now and then. Where it is refused or fails, asks for the list. */
async function follow(signal) {
  if (performance.now() >= streamNotBeforeMs) {
    let isReceived = false;
    try {
      return await followStream(signal, () => {
        isReceived = true;
      });
    } catch (error) {
      if (signal.aborted || error.status === 401) throw error;
      if (!isReceived) streamNotBeforeMs = performance.now() + STREAM_AGAIN_MS;
    }
  }
  hideState();
  await poll(signal);
}

function followStream(signal, onReceived) {
  const onEvent = (name, news) => {
    onReceived();
    showTokenForm(READ_TOKEN, false);
    if (name !== 'news') return showFeedState('waiting', 'Paused: the server is busy, or its database does not answer');
    show(news.timestamps);
    showState(news);
    showFeedState('live', news.complete ? 'Live' : INCOMPLETE);
  };
  return readEvents('/live', { token: sessionStorage.getItem(READ_TOKEN), signal, onEvent });
}

async function poll(signal) {
  const { timestamps, complete } = await listLatest(SHOWN_RECORDS, sessionStorage.getItem(READ_TOKEN), signal);
  show(timestamps);
  showTokenForm(READ_TOKEN, false);
  showFeedState('live', complete ? 'Live, every 2 seconds' : INCOMPLETE);
}

function onFailure(error, waitMs) {
  if (error.status !== 401)
    return showFeedState(
      'failing',
      `Cannot read the list: ${error.message}. Next attempt in ${Math.round(waitMs / 1000)} s`,
    );
  following.abort();
  hideState();
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

function startFollowing() {
  following.abort();
  following = new AbortController();
  repeat(follow, { ...PACE, signal: following.signal, onFailure });
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) return startFollowing();
  following.abort();
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
onToken(READ_TOKEN, startFollowing);
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

if (!document.hidden) startFollowing();
