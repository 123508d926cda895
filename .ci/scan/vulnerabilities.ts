import { z } from 'zod';
import type { Finding } from './findings.ts';

const Vulnerability = z.object({
  id: z.string(),
  affected: z
    .array(
      z.object({
        package: z.object({ name: z.string() }).optional(),
        ranges: z.array(z.object({ events: z.array(z.object({ fixed: z.string().optional() })) })).default([]),
      }),
    )
    .default([]),
});
const Report = z.object({
  results: z.array(
    z.object({
      source: z.object({ path: z.string() }),
      packages: z.array(
        z.object({
          package: z.object({ name: z.string(), version: z.string(), ecosystem: z.string() }),
          vulnerabilities: z.array(Vulnerability).default([]),
          groups: z.array(z.object({ ids: z.array(z.string()), max_severity: z.string() })).default([]),
        }),
      ),
    }),
  ),
});

/** CVSS score from which a vulnerability is high. */
const HIGH = 7;

/**
 * The vulnerabilities in a JSON report of osv-scanner that an update fixes and that are high, or of unknown severity, as
 * many of Debian are. Others are not a reason to stop a deployment: nothing better could be deployed, or it would.
 */
export function vulnerabilityFindings(report: string): readonly Finding[] {
  return Report.parse(JSON.parse(report)).results.flatMap(({ source, packages }) =>
    packages.flatMap(({ package: { name, version }, vulnerabilities, groups }) =>
      vulnerabilities.flatMap((vulnerability): Finding[] => {
        const fixed = fixedVersions(vulnerability, name);
        const severity = groups.find(({ ids }) => ids.includes(vulnerability.id))?.max_severity ?? '';
        if (fixed.length === 0 || (severity !== '' && Number(severity) < HIGH)) return [];
        const message = `${version} has severity ${severity || 'unknown'}, fixed in ${fixed.join(', ')}`;
        return [{ id: vulnerability.id, resource: name, message, template: source.path }];
      }),
    ),
  );
}

function fixedVersions({ affected }: z.infer<typeof Vulnerability>, name: string): readonly string[] {
  const ranges = affected.filter((each) => each.package?.name === name).flatMap((each) => each.ranges);
  return [...new Set(ranges.flatMap(({ events }) => events.flatMap(({ fixed }) => fixed ?? [])))];
}
