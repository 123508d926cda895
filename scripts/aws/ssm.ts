import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  paginateGetParametersByPath,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { CLIENT_SETTINGS, explained, readPages } from './call.ts';

const client = () => new SSMClient(CLIENT_SETTINGS);

/** Value of a parameter; undefined when there is none. */
export async function readParameter(name: string): Promise<string | undefined> {
  const call = client()
    .send(new GetParameterCommand({ Name: name }))
    .catch((error) => {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    });
  return (await explained(`read the parameter ${name}`, call))?.Parameter?.Value;
}

/** All parameters below a path, values by names. */
export async function readParametersBelow(path: string): Promise<ReadonlyMap<string, string>> {
  const pages = paginateGetParametersByPath({ client: client() }, { Path: path, Recursive: true });
  const parameters = await readPages(`read the parameters below ${path}`, pages, (page) => page.Parameters);
  return new Map(parameters.map(({ Name = '', Value = '' }) => [Name, Value]));
}

/** Writes a parameter, new or not. */
export async function writeParameter(name: string, value: string): Promise<void> {
  const call = client().send(new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: true }));
  await explained(`write the parameter ${name}`, call);
}

/** Deletes a parameter. */
export async function deleteParameter(name: string): Promise<void> {
  await explained(`delete the parameter ${name}`, client().send(new DeleteParameterCommand({ Name: name })));
}
