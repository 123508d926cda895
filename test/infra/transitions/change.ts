import { fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import type { Template } from '../synthesize.ts';

/** What an update does to a resource. A replaced resource is created before the old one is deleted. */
export type Fate = 'created' | 'kept' | 'replaced' | 'deleted';

/** An update of one stack. */
export interface Change {
  readonly before: Template;
  readonly after: Template;
  /** By logical id. */
  readonly fates: ReadonlyMap<string, Fate>;
}

const FATES: Readonly<Partial<Record<ResourceImpact, Fate>>> = {
  [ResourceImpact.WILL_CREATE]: 'created',
  [ResourceImpact.WILL_DESTROY]: 'deleted',
  [ResourceImpact.WILL_ORPHAN]: 'deleted',
  [ResourceImpact.WILL_REPLACE]: 'replaced',
};

/** The update from one template to another, by the rules of CloudFormation's resource schemas. */
export function changeOf(before: Template, after: Template): Change {
  const fates = new Map<string, Fate>(Object.keys(before.Resources).map((id) => [id, 'kept']));
  if (isUnchanged({ before, after })) return { before, after, fates };
  const { resources } = fullDiff(before as object, after as object);
  resources.forEachDifference((id, difference) => {
    if (difference) fates.set(id, FATES[difference.changeImpact] ?? 'kept');
  });
  return { before, after, fates };
}

const texts = new WeakMap<Template, string>();

/** The text of a template, which many changes share. */
function textOf(template: Template): string {
  const text = texts.get(template) ?? JSON.stringify(template);
  texts.set(template, text);
  return text;
}

/** Whether there is nothing to update. */
export function isUnchanged({ before, after }: Pick<Change, 'before' | 'after'>): boolean {
  return textOf(before) === textOf(after);
}

/** Logical ids to which a value refers in its own template. */
export function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner.split('.')[0])];
    return references(inner);
  });
}

/** All arguments of an intrinsic function in a value. */
export function calls(name: string, value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === name ? [inner] : calls(name, inner)));
}
