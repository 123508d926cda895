import { call, jsonata } from '../workflow.ts';

/** What an export needs to know, as text or as tokens. */
export interface ExportTarget {
  readonly tableName: string;
  readonly tableArn: string;
  readonly bucketName: string;
  readonly keyArn: string;
  /** Parameter with the progress: the table, and the time until which it has been exported. */
  readonly parameterName: string;
}

/** Beginning of the names of exported objects; each day is a partition. */
export const EXPORTS_PREFIX = 'exports';

const DAY_MS = 86_400_000;

/** DynamoDB exports changes of at least 15 minutes and at most 24 hours. */
const SHORTEST_MS = 900_000;

/** A run ends before the next one starts, so that two never export the same day. */
const TIMEOUT_S = 23 * 3600;

/**
 * The next window, as `type`, `from`, `to` in milliseconds, and `day`. Windows end at midnight, so each export has the
 * changes of one UTC day. Without known progress, or if point-in-time recovery does not reach back to it, everything is
 * exported. If midnight is too near, the first window after that is 12 hours.
 */
const NEXT_WINDOW = `(
  $midnight := function($ms) { $ms - $ms % ${DAY_MS} };
  $dayOf := function($ms) { $substring($fromMillis($ms), 0, 10) };
  $from := $progress.table = $tableName ? $toMillis($progress.until) : 0;
  $next := $midnight($from) + ${DAY_MS};
  $to := $next - $from >= ${SHORTEST_MS} ? $next : $from + ${DAY_MS / 2};
  $full := $midnight($latest) >= $earliest ? $midnight($latest) : $latest;
  $from >= $earliest
    ? { 'type': 'INCREMENTAL_EXPORT', 'from': $from, 'to': $to, 'day': $dayOf($from) }
    : { 'type': 'FULL_EXPORT', 'to': $full, 'day': $dayOf($full - 1) }
)`;

const PROGRESS = "{ 'table': $tableName, 'until': $fromMillis($window.to) }";

/**
 * With the token, a repeated request is answered with the export that the first one started. A failed export is not
 * repeated by the same run, but by the next one, which has another token.
 */
const EXPORT_ARGUMENTS = `$merge([
  {
    'TableArn': $tableArn,
    'S3Bucket': $bucketName,
    'S3Prefix': '${EXPORTS_PREFIX}/day=' & $window.day,
    'S3SseAlgorithm': 'KMS',
    'S3SseKmsKeyId': $keyArn,
    'ExportFormat': 'DYNAMODB_JSON',
    'ExportType': $window.type,
    'ClientToken': $hash($states.context.Execution.Name & $tableName & $string($window.to), 'MD5')
  },
  $window.type = 'FULL_EXPORT'
    ? { 'ExportTime': $fromMillis($window.to) }
    : {
        'IncrementalExportSpecification': {
          'ExportFromTime': $fromMillis($window.from),
          'ExportToTime': $fromMillis($window.to),
          'ExportViewType': 'NEW_IMAGE'
        }
      }
])`;

/**
 * The state machine, in Amazon States Language with JSONata: exports each day that is over and has not been exported.
 * It succeeds only when none is left, so days that a failed run has missed are exported by the next one.
 */
export function exportDefinition(target: ExportTarget) {
  const recovery = '$states.result.ContinuousBackupsDescription.PointInTimeRecoveryDescription';
  return {
    QueryLanguage: 'JSONata',
    TimeoutSeconds: TIMEOUT_S,
    StartAt: 'Prepare',
    States: {
      Prepare: { Type: 'Pass', Assign: { ...target }, Next: 'ReadProgress' },
      ReadProgress: call('ssm:getParameter', { Name: jsonata('$parameterName') }, 'ReadRecoveryWindow', {
        progress: jsonata('$parse($states.result.Parameter.Value)'),
      }),
      ReadRecoveryWindow: call(
        'dynamodb:describeContinuousBackups',
        { TableName: jsonata('$tableName') },
        'ChooseWindow',
        {
          earliest: jsonata(`$toMillis(${recovery}.EarliestRestorableDateTime)`),
          latest: jsonata(`$toMillis(${recovery}.LatestRestorableDateTime)`),
        },
      ),
      ChooseWindow: { Type: 'Pass', Assign: { window: jsonata(NEXT_WINDOW) }, Next: 'IsOver' },
      IsOver: {
        Type: 'Choice',
        Choices: [{ Condition: jsonata('$window.to <= $latest'), Next: 'StartExport' }],
        Default: 'UpToDate',
      },
      StartExport: call('dynamodb:exportTableToPointInTime', jsonata(EXPORT_ARGUMENTS), 'Wait', {
        exportArn: jsonata('$states.result.ExportDescription.ExportArn'),
      }),
      Wait: { Type: 'Wait', Seconds: 60, Next: 'ReadExport' },
      ReadExport: call('dynamodb:describeExport', { ExportArn: jsonata('$exportArn') }, 'HasEnded', {
        export: jsonata('$states.result.ExportDescription'),
      }),
      HasEnded: {
        Type: 'Choice',
        Choices: [
          { Condition: jsonata("$export.ExportStatus = 'COMPLETED'"), Next: 'SaveProgress' },
          { Condition: jsonata("$export.ExportStatus = 'FAILED'"), Next: 'ExportFailed' },
        ],
        Default: 'Wait',
      },
      ExportFailed: {
        Type: 'Fail',
        Error: jsonata("$exists($export.FailureCode) ? $export.FailureCode : 'ExportFailed'"),
        Cause: jsonata("$exportArn & ': ' & $export.FailureMessage"),
      },
      SaveProgress: call(
        'ssm:putParameter',
        {
          Name: jsonata('$parameterName'),
          Overwrite: true,
          Value: jsonata(`$string(${PROGRESS})`),
        },
        'ChooseWindow',
        { progress: jsonata(PROGRESS) },
      ),
      UpToDate: { Type: 'Succeed' },
    },
  };
}
