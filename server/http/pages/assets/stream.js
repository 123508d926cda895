import { ApiError, headersWith } from './api.js';

/** Events arrive every two seconds, and within ten if the table is slow. Without any for this long, it is lost. */
const SILENCE_MS = 15_000;

/**
 * Reads server-sent events until the server ends the stream, and calls `onEvent(name, data)` for each. It uses `fetch`,
 * because `EventSource` sends no token and hides the status of a refusal.
 */
export async function readEvents(url, { token, signal, onEvent }) {
  const ended = new AbortController();
  const onSilence = () => ended.abort(new Error('the server has sent nothing for too long'));
  let timer = setTimeout(onSilence, SILENCE_MS);
  try {
    const response = await fetch(url, {
      headers: headersWith(token, 'text/event-stream'),
      signal: AbortSignal.any([signal, ended.signal]),
    });
    if (!response.ok) throw new ApiError(response, await response.json().catch(() => ({})));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(onSilence, SILENCE_MS);
      const { events, rest } = splitEvents(text + part.value);
      text = rest;
      for (const { name, data } of events) onEvent(name, data);
    }
  } finally {
    clearTimeout(timer);
    // After an event that cannot be shown, the stream would stay open.
    ended.abort();
  }
}

/** The complete events in a text, and the rest. Data are JSON on one line. */
export function splitEvents(text) {
  const parts = text.split('\n\n');
  const rest = parts.pop();
  const events = parts.map((part) => {
    const fields = new Map(part.split('\n').map((line) => line.split(/: (.*)/)));
    return { name: fields.get('event'), data: JSON.parse(fields.get('data')) };
  });
  return { events, rest };
}
