/**
 * DynamoDB's backups, which dynalite lacks: continuous backups (point-in-time recovery), on-demand backups, and the
 * system backup that DynamoDB makes of a deleted table if it had continuous backups.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
 */
import { randomUUID } from 'node:crypto';
import deleteTable from 'dynalite/actions/deleteTable.js';
import { type Items, readItems, recordHistory } from './history.ts';
import { invalid, refusal } from './refusal.ts';
import { createRestore } from './restore.ts';
import { promised, type Store, type Table } from './store.ts';
import { anyTable } from './table-settings.ts';

/** Times of backups. */
export interface BackupOptions {
  /** How far the latest restorable time is behind now. @default 5 minutes, as on AWS */
  readonly restorableLagMs?: number;
  /** How long a restore takes. @default 0 */
  readonly restoreMs?: number;
  /** Epoch milliseconds. @default - the system's clock */
  readonly now?: () => number;
}

/** A copy of a table. */
export interface Backup {
  readonly details: {
    readonly BackupArn: string;
    readonly BackupName: string;
    readonly BackupType: 'USER' | 'SYSTEM';
    /** Seconds since the epoch. */
    readonly BackupCreationDateTime: number;
    readonly BackupStatus: 'AVAILABLE';
    readonly BackupSizeBytes: number;
  };
  readonly table: Table;
  readonly items: Items;
}

interface BackupRequest {
  readonly TableName: string;
  readonly BackupName: string;
  readonly BackupArn: string;
  readonly BackupType?: 'USER' | 'SYSTEM' | 'ALL';
  readonly SourceTableName?: string;
  readonly TargetTableName: string;
  readonly RestoreDateTime?: number;
  readonly UseLatestRestorableTime?: boolean;
  readonly PointInTimeRecoverySpecification?: {
    readonly PointInTimeRecoveryEnabled: boolean;
    readonly RecoveryPeriodInDays?: number;
  };
}

const LAG_MS = 5 * 60_000;
const DAYS = 35;

/** The operations of backups, by their names. */
export function createBackups(
  store: Store,
  { restorableLagMs = LAG_MS, restoreMs = 0, now = Date.now }: BackupOptions,
) {
  const history = recordHistory(store, now);
  const restore = createRestore(store, restoreMs);
  const backups = new Map<string, Backup>();
  const days = new Map<string, number>();
  const read = (body: string) => JSON.parse(body) as BackupRequest;

  const sourceTable = async (name: string): Promise<Table> => {
    const table = await anyTable(store, name).catch(() => undefined);
    if (!table) throw refusal('TableNotFoundException', `Table not found: ${name}`);
    if (table.TableStatus === 'ACTIVE' || table.TableStatus === 'UPDATING') return table;
    throw refusal('TableInUseException', `Table is being ${table.TableStatus.toLowerCase()}: ${name}`);
  };

  /** The span to which a table can be restored, in seconds since the epoch, as DynamoDB counts. */
  const spanOf = (name: string) => {
    const fromMs = history.fromMs(name);
    if (fromMs === undefined || fromMs === Infinity) return undefined;
    const earliest = Math.max(fromMs, now() - (days.get(name) ?? DAYS) * 86_400_000);
    return { earliest: Math.ceil(earliest / 1_000), latest: Math.floor((now() - restorableLagMs) / 1_000) };
  };

  const describeContinuousBackups = (name: string) => {
    const span = spanOf(name);
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: span
          ? {
              PointInTimeRecoveryStatus: 'ENABLED',
              RecoveryPeriodInDays: days.get(name) ?? DAYS,
              EarliestRestorableDateTime: span.earliest,
              // Until the lag has passed, a table can only be restored to the time when its backups were turned on.
              LatestRestorableDateTime: Math.max(span.earliest, span.latest),
            }
          : { PointInTimeRecoveryStatus: 'DISABLED' },
      },
    };
  };

  const addBackup = (BackupName: string, BackupType: 'USER' | 'SYSTEM', table: Table, items: Items) => {
    const BackupCreationDateTime = now() / 1_000;
    const BackupArn = `${table.TableArn}/backup/${String(now()).padStart(20, '0')}-${randomUUID().slice(0, 8)}`;
    const BackupSizeBytes = Buffer.byteLength(JSON.stringify([...items.values()]));
    const named = { BackupArn, BackupName, BackupType, BackupCreationDateTime, BackupSizeBytes } as const;
    const backup: Backup = { details: { ...named, BackupStatus: 'AVAILABLE' }, table, items };
    backups.set(BackupArn, backup);
    return backup;
  };

  const knownBackup = (arn: string): Backup => {
    const backup = backups.get(arn);
    if (backup) return backup;
    throw refusal('BackupNotFoundException', `Backup not found: ${arn}`);
  };

  return {
    DescribeContinuousBackups: async (body: string) => {
      const { TableName } = read(body);
      await sourceTable(TableName);
      return describeContinuousBackups(TableName);
    },
    UpdateContinuousBackups: async (body: string) => {
      const { TableName, PointInTimeRecoverySpecification: wanted } = read(body);
      if (!wanted) throw invalid('PointInTimeRecoverySpecification is missing');
      const { RecoveryPeriodInDays: period = DAYS, PointInTimeRecoveryEnabled: isOn } = wanted;
      if (period < 1 || period > DAYS) throw invalid(`RecoveryPeriodInDays is ${period}; expected 1 to ${DAYS}`);
      const table = await anyTable(store, TableName).catch(() => undefined);
      if (table?.TableStatus === 'CREATING')
        throw refusal('ContinuousBackupsUnavailableException', `Backups are being enabled for the table: ${TableName}`);
      const active = await sourceTable(TableName);
      if (!isOn) history.turnOff(TableName);
      else if (history.fromMs(TableName) === undefined) await history.turnOn(active);
      days.set(TableName, period);
      return describeContinuousBackups(TableName);
    },
    CreateBackup: async (body: string) => {
      const { TableName, BackupName } = read(body);
      const table = await sourceTable(TableName);
      const { details } = addBackup(BackupName, 'USER', table, await readItems(store, table));
      return { BackupDetails: details };
    },
    DescribeBackup: async (body: string) => {
      const { details, table } = knownBackup(read(body).BackupArn);
      const { TableName, TableArn, TableId, KeySchema } = table;
      return {
        BackupDescription: { BackupDetails: details, SourceTableDetails: { TableName, TableArn, TableId, KeySchema } },
      };
    },
    ListBackups: async (body: string) => {
      const { TableName, BackupType = 'USER' } = read(body);
      const chosen = [...backups.values()].filter(
        ({ details, table }) =>
          (!TableName || table.TableName === TableName) && (BackupType === 'ALL' || details.BackupType === BackupType),
      );
      const summaries = chosen.map(({ details, table: { TableName: name, TableArn, TableId } }) => {
        return { ...details, TableName: name, TableArn, TableId };
      });
      return { BackupSummaries: summaries };
    },
    DeleteTable: async (body: string) => {
      const { TableName } = read(body);
      const table = await anyTable(store, TableName);
      if (table.DeletionProtectionEnabled)
        throw invalid(
          'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
        );
      if (table.TableStatus === 'ACTIVE') {
        const items = await history.closeTable(table);
        if (history.fromMs(TableName) !== undefined)
          addBackup(`${TableName}$DeletedTableBackup`, 'SYSTEM', table, items);
        history.turnOff(TableName);
      }
      return (await promised<object>((done) => deleteTable(store, { TableName }, done))) ?? {};
    },
    RestoreTableFromBackup: async (body: string) => {
      const { BackupArn, TargetTableName } = read(body);
      const { table, items, details } = knownBackup(BackupArn);
      const RestoreDateTime = details.BackupCreationDateTime;
      return await restore(TargetTableName, table, items, { SourceBackupArn: BackupArn, RestoreDateTime });
    },
    RestoreTableToPointInTime: async (body: string) => {
      const { SourceTableName = '', TargetTableName, RestoreDateTime: at, UseLatestRestorableTime } = read(body);
      if ((at === undefined) === (UseLatestRestorableTime !== true))
        throw invalid('Either RestoreDateTime or UseLatestRestorableTime must be given, and not both');
      const table = await sourceTable(SourceTableName);
      const span = spanOf(SourceTableName);
      if (!span)
        throw refusal(
          'PointInTimeRecoveryUnavailableException',
          `Point in time recovery is not enabled for table '${SourceTableName}'`,
        );
      const RestoreDateTime = Math.floor(at ?? Math.max(span.earliest, span.latest));
      if (at !== undefined && (RestoreDateTime < span.earliest || RestoreDateTime > span.latest))
        throw refusal('InvalidRestoreTimeException', `${new Date(at * 1_000).toISOString()} is not a restorable time`);
      const items = history.itemsAt(SourceTableName, RestoreDateTime * 1_000);
      return await restore(TargetTableName, table, items, { RestoreDateTime });
    },
  };
}
