import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasPassed, type Report, renderPage } from './page.ts';

/** Where a report was written. */
export interface ReportFiles {
  readonly page: string;
  readonly json: string;
}

/** Writes a report as a page for people and as JSON for programs. */
export async function writeReport(folder: string, report: Report): Promise<ReportFiles> {
  const files = { page: join(folder, 'report.html'), json: join(folder, 'report.json') };
  await mkdir(folder, { recursive: true });
  await writeFile(files.page, renderPage(report));
  await writeFile(files.json, `${JSON.stringify({ passed: hasPassed(report), ...report }, undefined, 2)}\n`);
  return files;
}
