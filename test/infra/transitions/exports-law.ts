import { type Change, calls, isUnchanged, references } from './change.ts';

/** An update of all stacks of a stage, by stack name, in the order of deployment. */
export type StageChange = ReadonlyMap<string, Change>;

/**
 * The updates that fail or mislead because stacks are updated one after the other. CloudFormation neither removes nor
 * changes an export that a deployed stack imports. A weak reference (`Fn::GetStackOutput`) permits both, but its stack
 * does not notice that the output refers to another resource.
 */
export function brokenReferences(stage: StageChange): readonly string[] {
  const stacks = [...stage];
  const updated = stacks.filter(([, change]) => !isUnchanged(change));
  return stacks.flatMap(([consumer, { before, after }]) =>
    updated.flatMap(([producer, change]) =>
      consumer === producer
        ? []
        : [...brokenImports(producer, change, consumer, before), ...staleReads(producer, change, consumer, after)],
    ),
  );
}

function brokenImports(producer: string, change: Change, consumer: string, deployed: unknown): readonly string[] {
  const imports = new Set(calls('Fn::ImportValue', deployed).map((name) => JSON.stringify(name)));
  const nameOf = (Export: unknown) => JSON.stringify((Export as { Name?: unknown } | undefined)?.Name);
  const imported = Object.entries(change.before.Outputs ?? {}).filter(([, { Export }]) => imports.has(nameOf(Export)));
  return imported.flatMap(([output, { Value, Export }]) => {
    const next = Object.values(change.after.Outputs ?? {}).find((other) => nameOf(other.Export) === nameOf(Export));
    if (!next) return [`${producer} removes the export ${output}, which ${consumer} imports`];
    if (JSON.stringify(next.Value) !== JSON.stringify(Value) || refersToReplaced(Value, change))
      return [`${producer} changes the export ${output}, which ${consumer} imports`];
    return [];
  });
}

function staleReads(producer: string, change: Change, consumer: string, next: unknown): readonly string[] {
  const reads = calls('Fn::GetStackOutput', next) as readonly { StackName: string; OutputName: string }[];
  const outputs = new Set(reads.filter(({ StackName }) => StackName === producer).map((read) => read.OutputName));
  return [...outputs].flatMap((output) => {
    const value = change.after.Outputs?.[output]?.Value;
    if (value === undefined) return [`${producer} has no output ${output}, which ${consumer} reads`];
    return refersToReplaced(value, change)
      ? [`${producer} replaces the resource in ${output}, which ${consumer} reads only when its own template changes`]
      : [];
  });
}

function refersToReplaced(value: unknown, { fates }: Change): boolean {
  return references(value).some((id) => fates.get(id) === 'replaced');
}
