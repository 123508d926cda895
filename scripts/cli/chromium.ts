import { type Browser, chromium } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the machine's own Chromium; nothing is downloaded. */
export async function startChromium(executablePath = '/usr/bin/chromium'): Promise<Browser> {
  return await chromium.launch({ executablePath, args: FLAGS });
}
