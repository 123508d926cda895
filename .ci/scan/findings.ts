/** Something a scanner does not like about a resource or an output. */
export interface Finding {
  /** Rule of cfn-lint or checkov. */
  readonly id: string;
  /** Logical id of the resource, or name of the output. */
  readonly resource: string;
  readonly message: string;
  readonly template: string;
}

/** A finding that is accepted. */
export interface Exception {
  readonly id: string;
  readonly resource: string;
  readonly reason: string;
}

/** What a scan comes to: findings that no exception names, and exceptions that name no finding. */
export interface Verdict {
  readonly unexplained: readonly Finding[];
  readonly stale: readonly Exception[];
}

interface CfnLintMatch {
  readonly Filename: string;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path?: readonly (string | number)[] | null };
}

/** Findings in the JSON report of cfn-lint; the second part of a path is the resource or output. */
export const cfnLintFindings = (report: string): readonly Finding[] =>
  (JSON.parse(report) as readonly CfnLintMatch[]).map(({ Filename, Message, Rule, Location }) => ({
    id: Rule.Id,
    resource: String(Location.Path?.[1] ?? ''),
    message: Message,
    template: Filename,
  }));

interface CheckovReport {
  readonly summary: { readonly passed: number };
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string;
      readonly check_name: string;
      readonly resource: string;
      readonly file_path: string;
    }[];
  };
}

/** Findings in the JSON report of checkov, which names resources `Type.LogicalId`. A report of nothing scanned is refused. */
export function checkovFindings(report: string): readonly Finding[] {
  const { summary, results } = JSON.parse(report) as Partial<CheckovReport>;
  if (!results || !summary?.passed) {
    throw new Error('checkov checked no resource, expected it to read the templates. Look at its report');
  }
  return results.failed_checks.map(({ check_id, check_name, resource, file_path }) => ({
    id: check_id,
    resource: resource.split('.').at(-1) ?? resource,
    message: check_name,
    template: file_path,
  }));
}

const concerns =
  (finding: Finding) =>
  ({ id, resource }: Exception): boolean =>
    id === finding.id && resource === finding.resource;

/** Compares what was found with what is accepted. */
export const judge = (findings: readonly Finding[], exceptions: readonly Exception[]): Verdict => ({
  unexplained: findings.filter((finding) => !exceptions.some(concerns(finding))),
  stale: exceptions.filter((exception) => !findings.some((finding) => concerns(finding)(exception))),
});

/** The verdict in lines for people. */
export const describeVerdict = ({ unexplained, stale }: Verdict): readonly string[] => [
  ...unexplained.map(({ id, resource, message, template }) => `${template}: ${resource}: ${id}: ${message}`),
  ...stale.map(({ id, resource }) => `Exception ${id} for ${resource} is needed no more: remove it`),
];
