import { z } from 'zod';

/** A scanner's finding about a resource or an output. */
export interface Finding {
  /** Rule of cfn-lint or checkov. */
  readonly id: string;
  /** Logical id of the resource, or name of the output. */
  readonly resource: string;
  readonly message: string;
  readonly template: string;
}

/** An accepted finding. */
export interface Exception {
  readonly id: string;
  readonly resource: string;
  readonly reason: string;
}

/** Result of a scan: findings without an exception, and exceptions without a finding. */
export interface Verdict {
  readonly unexplained: readonly Finding[];
  readonly stale: readonly Exception[];
}

const CfnLintReport = z.array(
  z.object({
    Filename: z.string(),
    Message: z.string(),
    Rule: z.object({ Id: z.string() }),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullish() }),
  }),
);

/** The findings in a JSON report of cfn-lint. The second part of a path is the resource or output. */
export function cfnLintFindings(report: string): readonly Finding[] {
  return CfnLintReport.parse(JSON.parse(report)).map(({ Filename, Message, Rule, Location }) => ({
    id: Rule.Id,
    resource: String(Location.Path?.[1] ?? ''),
    message: Message,
    template: Filename,
  }));
}

const CheckovCheck = z.object({
  check_id: z.string(),
  check_name: z.string(),
  resource: z.string(),
  file_path: z.string(),
});
const CheckovReport = z.object({
  summary: z.object({ passed: z.int().positive() }),
  results: z.object({ failed_checks: z.array(CheckovCheck) }),
});

/** The findings in a JSON report of checkov, which names resources `Type.LogicalId`. Throws if nothing was checked. */
export function checkovFindings(report: string): readonly Finding[] {
  const { success, data, error } = CheckovReport.safeParse(JSON.parse(report));
  if (!success) {
    throw new Error('checkov checked no resource, expected it to read the templates. Look at its report', {
      cause: error,
    });
  }
  return data.results.failed_checks.map(({ check_id, check_name, resource, file_path }) => ({
    id: check_id,
    resource: resource.split('.').at(-1) ?? resource,
    message: check_name,
    template: file_path,
  }));
}

/** Compares the findings with the exceptions. */
export function judge(findings: readonly Finding[], exceptions: readonly Exception[]): Verdict {
  const concerns = (exception: Exception, finding: Finding): boolean =>
    exception.id === finding.id && exception.resource === finding.resource;
  return {
    unexplained: findings.filter((finding) => !exceptions.some((exception) => concerns(exception, finding))),
    stale: exceptions.filter((exception) => !findings.some((finding) => concerns(exception, finding))),
  };
}

/** The verdict as lines of text. */
export function describeVerdict({ unexplained, stale }: Verdict): readonly string[] {
  return [
    ...unexplained.map(({ id, resource, message, template }) => `${template}: ${resource}: ${id}: ${message}`),
    ...stale.map(({ id, resource }) => `Exception ${id} for ${resource} is no longer needed: remove it`),
  ];
}
