/** Facts of one bake: `/etc/stampede/image.json` on the image, with a copy beside the operator's manifest. */
export interface ImageFacts {
  readonly name: string;
  readonly version: string;
  readonly commit: string;
  readonly bakedAt: string;
  readonly architecture: string;
  readonly nodeVersion: string;
  readonly pm2Version: string;
  /** AMI that the bake started from; `offline` for a root created by mmdebstrap. */
  readonly sourceImage: string;
  readonly baseRelease: string;
  /** Whether the SSM and CloudWatch agents are installed; an image without them is for rehearsals only. */
  readonly awsAgents: boolean;
}
