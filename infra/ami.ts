import { z } from 'zod';

/** The image to launch, pinned at synth so that `cdk diff` shows when it changes. */
export interface Ami {
  readonly id: string;
  /** Epoch seconds of the bake. Without it, there is no alarm on an old image. */
  readonly builtAt?: number;
}

/** The file that Packer's `manifest` post-processor writes. */
const Manifest = z.object({
  last_run_uuid: z.string(),
  builds: z.array(z.object({ packer_run_uuid: z.string(), artifact_id: z.string(), build_time: z.number() })),
});

const REMEDY = 'Bake an image with npm run bake, or name one with --ami ami-… (cdk: -c amiId=ami-…)';

/** Checks an image id from the command line; `builtAt` is the time of the bake in ISO 8601. */
export function givenAmi(id: string, builtAt?: string): Ami {
  if (!/^ami-[0-9a-f]{8,17}$/.test(id)) {
    throw new Error(`Image id is "${id}", expected ami- and 8 to 17 hexadecimal digits. ${REMEDY}`);
  }
  if (builtAt === undefined) return { id };
  const builtAtMs = Date.parse(builtAt);
  if (Number.isNaN(builtAtMs)) {
    throw new Error(`Bake time amiBuiltAt is "${builtAt}", expected ISO 8601 such as 2026-11-21T07:45:00Z. Correct it`);
  }
  return { id, builtAt: Math.floor(builtAtMs / 1000) };
}

/** Finds the image that the last Packer run created in the region; `manifest` is the text of its file. */
export function bakedAmi(manifest: string, region: string): Ami {
  const { last_run_uuid, builds } = readManifest(manifest);
  const lastRun = builds.filter((build) => build.packer_run_uuid === last_run_uuid);
  for (const { artifact_id, build_time } of lastRun) {
    const id = artifact_id.split(',').find((artifact) => artifact.startsWith(`${region}:`));
    if (id) return { ...givenAmi(id.slice(region.length + 1)), builtAt: build_time };
  }
  const found = lastRun.map((build) => build.artifact_id).join(', ') || 'none';
  throw new Error(`Packer's last run created no image in ${region}, only: ${found}. ${REMEDY} of that region`);
}

function readManifest(text: string): z.infer<typeof Manifest> {
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? 'has no last_run_uuid or no builds' : 'is not JSON';
    throw new Error(`Packer's manifest ${problem}. ${REMEDY}`, { cause });
  }
}
