/** The instance that answers, as `GET /` shows it. */
export interface ServiceFacts {
  readonly hostname: string;
  readonly instanceId?: string;
  readonly availabilityZone?: string;
  /** Only if the stage has several regions. */
  readonly region?: string;
  readonly version: string;
  readonly commit: string;
}
