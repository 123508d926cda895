/** Who answers: what the page shows and programs get from `GET /`. */
export interface ServiceFacts {
  readonly hostname: string;
  readonly instanceId?: string;
  readonly availabilityZone?: string;
  readonly version: string;
  readonly commit: string;
}
