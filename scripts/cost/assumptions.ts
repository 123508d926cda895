/** What no benchmark tells. Each holds for Stampede and for the alternatives alike. */
export const ASSUMPTIONS = {
  hoursPerMonth: 730,
  /** The fleet is sized for this share of its CPU, where scale-out begins. */
  cpuTarget: 0.6,
  /** Bytes of a request and of its answer with all headers, as the load balancer counts them. */
  requestBytes: 350,
  answerBytes: 900,
  /** Requests that a client sends down one connection. */
  requestsPerConnection: 10,
  /** Seconds that a client's connection stays open. */
  connectionS: 10,
  rootVolumeGb: 8,
  /** Agents, updates and logs of an instance in a month. */
  logsGbPerInstance: 1,
  natGbPerInstance: 2,
  customMetrics: 13,
  /** Detailed monitoring of an instance is charged as so many metrics. */
  detailedMonitoringMetrics: 7,
  alarms: 25,
  /** Per Lambda invocation: memory, and time with three calls of DynamoDB or with one. */
  lambdaGb: 0.25,
  lambdaThreeCallsS: 0.02,
  lambdaOneCallS: 0.008,
  /** Messages of one SQS receive, one SQS delete and one consuming invocation. */
  sqsBatch: 10,
} as const;

export const SECONDS_PER_MONTH = ASSUMPTIONS.hoursPerMonth * 3600;
