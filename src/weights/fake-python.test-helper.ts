import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';

/** A folder that is removed at the end of its scope. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'slowcat-weights-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** How the fake `python3 -m pip download` behaves. `hang` writes half a wheel and waits to be killed. */
export type PipMode = 'works' | 'offline' | 'no-pip' | 'not-found' | 'dies' | 'hang';

export interface FakePython {
  /** Environment in which `python3` is the fake. */
  readonly env: NodeJS.ProcessEnv;
  setMode(mode: PipMode): Promise<void>;
  /** One line per call: the wheel asked for. */
  calls(): Promise<string[]>;
}

/**
 * An executable `python3` that does what `pip download` does: writes the wheel below TMPDIR, then copies it to `-d`.
 *
 * @param wheels by `name==version`
 */
export async function fakePython(
  folder: string,
  wheels: Readonly<Record<string, Buffer>>,
): Promise<FakePython> {
  const bin = join(folder, 'bin');
  const shelf = join(folder, 'shelf');
  await mkdir(bin, { recursive: true });
  await mkdir(shelf, { recursive: true });
  for (const [name, content] of Object.entries(wheels)) await writeFile(join(shelf, name), content);
  await writeFile(join(bin, 'python3'), script(folder), { mode: 0o755 });
  const setMode = (mode: PipMode): Promise<void> => writeFile(join(folder, 'mode'), mode);
  await setMode('works');
  return {
    env: { PATH: bin },
    setMode,
    calls: async () =>
      (await readFile(join(folder, 'calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean),
  };
}

function script(folder: string): string {
  return `#!${process.execPath}
const fs = require('node:fs'), path = require('node:path');
const folder = ${JSON.stringify(folder)};
const args = process.argv.slice(2);
const wanted = args.find((each) => each.includes('=='));
fs.appendFileSync(path.join(folder, 'calls'), wanted + '\\n');
const fail = (text) => { process.stderr.write(text + '\\n'); process.exit(1); };
const mode = fs.readFileSync(path.join(folder, 'mode'), 'utf8');
if (mode === 'no-pip') fail('/usr/bin/python3: No module named pip');
if (mode === 'offline') fail('WARNING: Retrying after connection broken by NewConnectionError\\nERROR: No matching distribution found for ' + wanted);
if (mode === 'not-found') fail('Looking in indexes: https://user:secret@index.example/simple\\nERROR: No matching distribution found for ' + wanted + ' at https://user:secret@index.example/simple');
const content = fs.readFileSync(path.join(folder, 'shelf', wanted));
const file = wanted.replaceAll('-', '_').replace('==', '-') + '-py3-none-any.whl';
const work = fs.mkdtempSync(path.join(process.env.TMPDIR, 'pip-unpack-'));
fs.writeFileSync(path.join(work, file), content.subarray(0, content.length / 2));
if (mode === 'dies') process.kill(process.pid, 'SIGKILL');
if (mode === 'hang') { fs.writeFileSync(path.join(folder, 'hanging'), ''); setInterval(() => {}, 1000); return; }
fs.writeFileSync(path.join(work, file), content);
const target = args[args.indexOf('-d') + 1];
fs.mkdirSync(target, { recursive: true });
fs.copyFileSync(path.join(work, file), path.join(target, file));
`;
}

/** A zip archive (a wheel) with these members. Checksums inside are zero: readers here check SHA-256 afterwards. */
export function zipFile(members: Readonly<Record<string, Buffer>>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of Object.entries(members)) {
    const title = Buffer.from(name);
    const packed = deflateRawSync(data);
    const header = Buffer.alloc(26);
    header.writeUInt16LE(20, 0); // version needed
    header.writeUInt16LE(8, 4); // deflate
    header.writeUInt32LE(packed.length, 14);
    header.writeUInt32LE(data.length, 18);
    header.writeUInt16LE(title.length, 22);
    local.push(Buffer.from('PK\x03\x04', 'latin1'), header, title, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), header, tail, title);
    offset += 4 + header.length + title.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const count = Object.keys(members).length;
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
