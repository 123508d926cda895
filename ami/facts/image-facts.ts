/** Facts of one bake, as `/etc/stampede/image.json` on the image and beside the operator's manifest tell them. */
export interface ImageFacts {
  readonly name: string;
  readonly version: string;
  readonly commit: string;
  readonly bakedAt: string;
  readonly architecture: string;
  readonly nodeVersion: string;
  readonly pm2Version: string;
  /** AMI the bake began with; `offline` for a root made by mmdebstrap. */
  readonly sourceImage: string;
  readonly baseRelease: string;
  /** Whether the SSM and CloudWatch agents are installed; an image without them is for rehearsals only. */
  readonly awsAgents: boolean;
}
