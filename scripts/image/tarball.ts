import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { OperatorError } from '../cli/errors.ts';

/**
 * Packs a directory into a compressed tarball and returns its SHA-256. Only what GNU's and BSD's tar have in common is
 * asked of tar; owners are given where it is unpacked. gzip's fastest level: the file lives for minutes.
 */
export async function packTarball(directory: string, path: string): Promise<string> {
  const tar = spawn('tar', ['-c', '-f', '-', '-C', directory, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Without it macOS adds a ._ file to each file that has attributes.
    env: { ...process.env, COPYFILE_DISABLE: '1' },
  });
  const closed = once(tar, 'close');
  await pipeline(tar.stdout, createGzip({ level: constants.Z_BEST_SPEED }), createWriteStream(path));
  const [code] = await closed;
  if (code !== 0) throw new OperatorError(`tar of ${directory} exited with ${code}; its own message stands above`);
  return sha256Of(path);
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
