import { invalid, refusal } from './refusal.ts';
import { promised, type Store, type Table } from './store.ts';

interface TableRequest {
  readonly TableName: string;
  readonly TimeToLiveSpecification?: { readonly Enabled: boolean; readonly AttributeName: string };
  readonly ContributorInsightsAction?: 'ENABLE' | 'DISABLE';
}

/** What `UpdateTable` can change here. */
const CHANGEABLE = ['DeletionProtectionEnabled', 'OnDemandThroughput', 'WarmThroughput'];

/**
 * Settings of a table that dynalite lacks. They have no effect, except the protection from deletion: they are what a
 * restored table does not have.
 */
export function createTableSettings(store: Store) {
  const timeToLive = new Map<string, string>();
  const insights = new Set<string>();

  return {
    UpdateTable: async (body: string) => {
      const { TableName, ...changes } = JSON.parse(body) as TableRequest;
      const unknown = Object.keys(changes).find((name) => !CHANGEABLE.includes(name));
      if (unknown) throw invalid(`the embedded database cannot change ${unknown} of a table`);
      if (Object.keys(changes).length === 0) throw invalid('At least one of the parameters of the table must change');
      const table = await activeTable(store, TableName);
      const TableDescription = { ...table, ...changes };
      await putTable(store, TableDescription);
      return { TableDescription };
    },
    UpdateTimeToLive: async (body: string) => {
      const { TableName, TimeToLiveSpecification: wanted } = JSON.parse(body) as TableRequest;
      if (!wanted?.AttributeName) throw invalid('TimeToLiveSpecification has no AttributeName');
      const { TableId } = await activeTable(store, TableName);
      if (wanted.Enabled === timeToLive.has(TableId))
        throw invalid(`TimeToLive is already ${wanted.Enabled ? 'enabled' : 'disabled'}`);
      if (wanted.Enabled) timeToLive.set(TableId, wanted.AttributeName);
      else timeToLive.delete(TableId);
      return { TimeToLiveSpecification: wanted };
    },
    DescribeTimeToLive: async (body: string) => {
      const { TableId } = await anyTable(store, (JSON.parse(body) as TableRequest).TableName);
      const AttributeName = timeToLive.get(TableId);
      const description = AttributeName
        ? { TimeToLiveStatus: 'ENABLED', AttributeName }
        : { TimeToLiveStatus: 'DISABLED' };
      return { TimeToLiveDescription: description };
    },
    UpdateContributorInsights: async (body: string) => {
      const { TableName, ContributorInsightsAction: action } = JSON.parse(body) as TableRequest;
      const { TableId } = await activeTable(store, TableName);
      if (action === 'ENABLE') insights.add(TableId);
      else insights.delete(TableId);
      return { TableName, ContributorInsightsStatus: action === 'ENABLE' ? 'ENABLING' : 'DISABLING' };
    },
    DescribeContributorInsights: async (body: string) => {
      const { TableName } = JSON.parse(body) as TableRequest;
      const { TableId } = await anyTable(store, TableName);
      return { TableName, ContributorInsightsStatus: insights.has(TableId) ? 'ENABLED' : 'DISABLED' };
    },
  };
}

/** The table, whatever its status. Rejects with `ResourceNotFoundException`. */
export async function anyTable(store: Store, name: string): Promise<Table> {
  return (await promised<Table>((done) => store.getTable(name, false, done))) as Table;
}

async function activeTable(store: Store, name: string): Promise<Table> {
  const table = await anyTable(store, name);
  if (table.TableStatus === 'ACTIVE') return table;
  throw refusal('ResourceInUseException', `Attempt to change a resource which is still in use: Table: ${name}`);
}

/** Stores the description of a table. */
export async function putTable(store: Store, table: Table): Promise<void> {
  await promised((done) => store.tableDb.put(table.TableName, table, done));
}
