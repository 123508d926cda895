/** The cluster of a drill's machines. Every task in it belongs to the drill. */
export function clusterOf(stage: string): string {
  return `stampede-${stage}-drill`;
}

/** The variable that has the token for recording on each machine. Artillery passes it as a secret. */
export function tokenNameOf(stage: string): string {
  return `STAMPEDE_${stage.toUpperCase().replaceAll('-', '_')}_WRITE_TOKEN`;
}

/** The parameter from which ECS reads that variable: artillery's name for a secret. */
export function tokenParameterOf(stage: string): string {
  return `/artilleryio/${tokenNameOf(stage)}`;
}

/** The bucket in which artillery and its machines exchange files. */
export function bucketOf(account: string): string {
  return `artilleryio-test-data-${account}`;
}

/** What the names of the objects with acknowledged ids begin with, in a run of artillery. */
export function acknowledgedPrefix(run: string): string {
  return `test-runs/${run}/acknowledged-`;
}

/** The name of a run of artillery; its queue is named by the first 30 characters. */
export function runName(now: Date): string {
  return `drill-${now.toISOString().replaceAll(/\W/g, '')}`;
}
