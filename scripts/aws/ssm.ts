import { ParameterNotFound, SSM } from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { CLIENT_SETTINGS, explained, readList } from './call.ts';

const client = () => new SSM(CLIENT_SETTINGS);

/** Value of a parameter; undefined when there is none. */
export async function readParameter(name: string): Promise<string | undefined> {
  const call = client().getParameter({ Name: name });
  const found = call.catch((error) => {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  });
  return (await explained(`read the parameter ${name}`, found))?.Parameter?.Value;
}

/** All parameters below a path, values by names. */
export async function readParametersBelow(path: string): Promise<ReadonlyMap<string, string>> {
  const pages = client().paginateGetParametersByPath({ Path: path, Recursive: true });
  const parameter = z.object({ Name: z.string(), Value: z.string() });
  const parameters = await readList(`read the parameters below ${path}`, pages, (page) => page.Parameters, parameter);
  return new Map(parameters.map(({ Name, Value }) => [Name, Value]));
}

/** Writes a parameter, new or not. */
export async function writeParameter(name: string, value: string): Promise<void> {
  const request = { Name: name, Value: value, Type: 'String' as const, Overwrite: true };
  await explained(`write the parameter ${name}`, client().putParameter(request));
}

/** Deletes a parameter. */
export async function deleteParameter(name: string): Promise<void> {
  await explained(`delete the parameter ${name}`, client().deleteParameter({ Name: name }));
}

/** Writes a parameter that AWS encrypts, new or not. */
export async function writeSecretParameter(name: string, value: string): Promise<void> {
  const request = { Name: name, Value: value, Type: 'SecureString' as const, Overwrite: true };
  await explained(`write the parameter ${name}`, client().putParameter(request));
}

/** Deletes a parameter, if it exists. */
export async function deleteParameterIfPresent(name: string): Promise<void> {
  const call = client().deleteParameter({ Name: name });
  const deleted = call.catch((error) => {
    if (!(error instanceof ParameterNotFound)) throw error;
  });
  await explained(`delete the parameter ${name}`, deleted);
}
