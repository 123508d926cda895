import { type Reference, referenceText } from './reference.ts';
import type { Template } from './template.ts';

/** Gives the value of a reference or pseudo parameter; undefined leaves a reference standing as text. */
export type KnownValues = (name: string, reference?: Reference) => string | undefined;

/** Where a value stands, for messages, and what its intrinsic functions refer to. */
export interface Context {
  readonly template: Template;
  readonly templates: readonly Template[];
  readonly logicalId: string;
  readonly known: KnownValues;
}

type Intrinsic = (argument: unknown, context: Context) => unknown;

/** Default values of pseudo parameters. */
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: resolveRef,
  'Fn::GetAtt': resolveGetAtt,
  'Fn::Sub': resolveSub,
  'Fn::Join': (argument, context) => {
    const [separator, parts] = argument as [string, unknown];
    return asList(resolve(parts, context), 'Fn::Join', context)
      .map((part) => asText(part, context))
      .join(separator);
  },
  'Fn::Select': (argument, context) => {
    const [index, list] = argument as [unknown, unknown];
    return asList(resolve(list, context), 'Fn::Select', context)[Number(resolve(index, context))];
  },
  'Fn::Split': (argument, context) => {
    const [separator, text] = argument as [string, unknown];
    return asText(resolve(text, context), context).split(separator);
  },
  /** The zones of a region that is not known are named as AWS would name them. */
  'Fn::GetAZs': (argument, context) => {
    const region = resolve(argument, context) || pseudo('AWS::Region', context);
    return ['a', 'b', 'c'].map((letter) => `${region}${letter}`);
  },
  /** The readers of user data need its text. */
  'Fn::Base64': (argument, context) => resolve(argument, context),
  'Fn::FindInMap': (argument, context) => {
    const [map, first, second] = (argument as unknown[]).map((key) => asText(resolve(key, context), context));
    const found = context.template.Mappings[map ?? '']?.[first ?? '']?.[second ?? ''];
    if (found === undefined)
      throw problem(`looks up '${first}', '${second}' in map ${map}, which has no such entry`, context);
    return found;
  },
  'Fn::ImportValue': resolveImport,
  'Fn::GetStackOutput': resolveStackOutput,
};

/** Replaces every intrinsic function in a value. @throws Error naming the logical id for one that is not known. */
export function resolve(value: unknown, context: Context): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, context)).filter((item) => item !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
    const intrinsic = INTRINSICS[first[0]];
    if (!intrinsic) throw problem(`uses ${first[0]}, which the reader does not know`, context);
    return intrinsic(first[1], context);
  }
  return Object.fromEntries(
    entries.map(([key, item]) => [key, resolve(item, context)]).filter(([, item]) => item !== undefined),
  );
}

function resolveRef(argument: unknown, context: Context): unknown {
  const name = String(argument);
  if (name === 'AWS::NoValue') return undefined;
  if (name.startsWith('AWS::')) return pseudo(name, context);
  const { template, known } = context;
  if (Object.hasOwn(template.Resources, name)) return reference({ stack: template.stack, logicalId: name }, context);
  const value = known(name) ?? template.Parameters[name]?.Default;
  if (value !== undefined) return value;
  const expected = Object.hasOwn(template.Parameters, name) ? 'which has no default value' : 'which nothing defines';
  throw problem(`refers to '${name}', ${expected}`, context);
}

function resolveGetAtt(argument: unknown, context: Context): string {
  const [logicalId = '', ...attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
  const { template } = context;
  if (!Object.hasOwn(template.Resources, logicalId)) {
    throw problem(`asks for an attribute of '${logicalId}', which nothing defines`, context);
  }
  return reference({ stack: template.stack, logicalId, attribute: attribute.join('.') }, context);
}

function resolveSub(argument: unknown, context: Context): string {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return asText(resolve(variables[name], context), context);
    return asText(name.includes('.') ? resolveGetAtt(name, context) : resolveRef(name, context), context);
  });
}

function resolveImport(argument: unknown, context: Context): unknown {
  const name = resolve(argument, context);
  for (const template of context.templates) {
    for (const [logicalId, { Value, Export }] of Object.entries(template.Outputs)) {
      const there = { ...context, template, logicalId };
      if (Export && resolve(Export.Name, there) === name) return resolve(Value, there);
    }
  }
  throw problem(`imports '${name}', which no template of the stage exports`, context);
}

function resolveStackOutput(argument: unknown, context: Context): unknown {
  const { StackName, OutputName } = resolve(argument, context) as Record<string, string>;
  const template = context.templates.find(({ stack }) => stack === StackName);
  const output = template?.Outputs[OutputName ?? ''];
  if (template && output) return resolve(output.Value, { ...context, template, logicalId: OutputName ?? '' });
  throw problem(`reads output '${OutputName}' of stack '${StackName}', which no template of the stage has`, context);
}

function pseudo(name: string, context: Context): string {
  const value = context.known(name) ?? (name === 'AWS::StackName' ? context.template.stack : PSEUDO[name]);
  if (value === undefined) throw problem(`uses ${name}, which the reader does not know`, context);
  return value;
}

function reference(to: Reference, { known }: Context): string {
  return known(referenceText(to), to) ?? referenceText(to);
}

function asList(value: unknown, name: string, context: Context): unknown[] {
  if (Array.isArray(value)) return value;
  throw problem(`gives ${name} ${JSON.stringify(value)}, expected a list`, context);
}

function asText(value: unknown, context: Context): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw problem(`puts ${JSON.stringify(value)} into a text, expected a word or number`, context);
}

function problem(text: string, { template, logicalId }: Context): Error {
  return new Error(`${template.stack}/${logicalId} ${text}`);
}
