/**
 * An annotation of ours, as cdk prints it: where in the code it is made, its text, the constructs that have it, and how
 * to acknowledge it in code. Findings of cdk-nag name their plugin instead, and their construct is the finding.
 */
const ANNOTATION =
  /^(?:file:.*\n)?((?:WARNING|INFO) .*) \(Construct Annotations\)\n(?: .*\n)*? +Acknowledge with '.*'$/gm;

/** Reduces each annotation of the stacks to its sentence. */
export function tidyAnnotations(output: string): string {
  return output.replaceAll(ANNOTATION, '$1');
}
