import type { launchesOfGroups } from '../aws/auto-scaling.ts';
import type { ImageUse, launchesOfInstances } from '../aws/ec2.ts';
import type { LaunchTemplate } from '../aws/launch-templates.ts';

/** Every launch template of the account, and who launches from which version. */
interface Launches {
  readonly templates: readonly LaunchTemplate[];
  readonly groups: Awaited<ReturnType<typeof launchesOfGroups>>;
  readonly instances: Awaited<ReturnType<typeof launchesOfInstances>>;
}

/**
 * Decides for every version of every launch template why it is kept; without a reason it may be deleted. Each deployment
 * adds a version, and a version keeps its image. Only templates of `service` lose versions.
 */
export function planTrim({ templates, groups, instances }: Launches, service: string) {
  return templates.flatMap((template) => {
    const reasonToKeep = (number: number): string | undefined => {
      if (template.tags['Service'] !== service) return `not a launch template of ${service}`;
      const isMeant = ({ id, version }: { readonly id: string; readonly version: string }) =>
        id === template.id && numberOf(version, template) === number;
      const group = groups.find((candidate) => candidate.templates.some(isMeant));
      if (group) return `used by ${group.by}`;
      const instance = instances.find((candidate) => isMeant(candidate.template));
      if (instance) return `used by ${instance.by}`;
      if (number === template.defaultVersion) return 'the default version';
      if (number === template.latestVersion) return 'the latest version';
      // A refresh that fails goes back to a version that nothing else may name.
      const refreshing = groups.find((candidate) => {
        return candidate.isRefreshing && candidate.templates.some(({ id }) => id === template.id);
      });
      return refreshing && `${refreshing.by} is being refreshed`;
    };
    return template.versions.map(({ number, imageId }) => ({
      templateId: template.id,
      number,
      imageId,
      keptBecause: reasonToKeep(number),
    }));
  });
}

function numberOf(version: string, { defaultVersion, latestVersion }: LaunchTemplate): number {
  if (version === '$Default') return defaultVersion;
  return version === '$Latest' ? latestVersion : Number(version);
}

/** The images that the kept versions name; a version may name none. */
export function usesByVersions(decisions: ReturnType<typeof planTrim>): ImageUse[] {
  return decisions
    .filter(({ imageId, keptBecause }) => imageId !== '' && keptBecause !== undefined)
    .map(({ templateId, number, imageId }) => ({ imageId, by: `launch template ${templateId} version ${number}` }));
}
