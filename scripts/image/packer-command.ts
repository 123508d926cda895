import type { CommandLine } from '../cli/run.ts';
import type { Architecture } from './architecture.ts';
import type { Payload } from './payload.ts';

/** What is baked, whichever builder does it. */
export interface Bake {
  readonly imageName: string;
  readonly commit: string;
  readonly architecture: Architecture;
  readonly payload: Payload;
  /** Directory that receives the facts of the bake. */
  readonly factsDirectory: string;
  readonly databasePort: number;
}

/** The variables that every bake gives to packer.pkr.hcl. */
export function bakeVariables(bake: Bake): Record<string, string> {
  return {
    image_name: bake.imageName,
    app_version: bake.payload.version,
    commit: bake.commit,
    node_version: bake.payload.nodeVersion,
    architecture: bake.architecture,
    payload: bake.payload.path,
    payload_sha256: bake.payload.sha256,
    facts_dir: bake.factsDirectory,
    database_port: String(bake.databasePort),
  };
}

/** One `packer` call: `build` or `validate`, of one source. */
export function packerCommand(
  verb: 'build' | 'validate',
  source: 'amazon-ebs.aws' | 'null.offline',
  variables: Readonly<Record<string, string>>,
  template: string,
): CommandLine {
  const assignments = Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`]);
  return ['packer', verb, `-only=*.${source}`, ...(verb === 'build' ? ['-color=false'] : []), ...assignments, template];
}

/** Name of an image: sorts by time within a version, and tells all that tells images apart. */
export function imageName(version: string, architecture: Architecture, commit: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+Z$/g, '');
  return `stampede-${version}-${architecture}-${commit.slice(0, 12)}-${time}`;
}
