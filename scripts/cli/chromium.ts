import { type Browser, chromium } from 'playwright-core';

/** Starts the machine's own Chromium; nothing is downloaded. */
export async function startChromium(executablePath = '/usr/bin/chromium'): Promise<Browser> {
  return await chromium.launch({ executablePath, args: ['--disable-gpu', '--disable-quic'] });
}
