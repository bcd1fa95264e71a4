import { setImmediate } from 'node:timers/promises';

import { decodeHead, type UserHead } from '../log/head-record.js';
import { bigData, overflowPage, pageHeaderBytes, PageFault, PageFile } from '../log/page-file.js';
import { decodeSegment, readDirectory, segmentTurns } from '../log/segment.js';
import { numberOf } from '../log/store.js';
import { decodeTail, type LogEntry } from '../log/tail-record.js';
import { userKey, userPrefixBytes } from '../user-id.js';

/** What the pages of a broken database still give of a user. Every part of it is what its checksum says. */
export interface Salvaged {
  /** The newest head that was found. */
  head?: UserHead;
  /** By turn number. */
  readonly entries: Map<number, LogEntry>;
  /** By the number of the segment: its bytes. */
  readonly segments: Map<number, Buffer>;
}

const sliceMs = 2;
const versionBytes = 8;
const mostSegmentBytes = 2 ** 30;
const directoryRoom = 64 * 1024;

/**
 * Searches every page of a file for heads, turns and segments, whatever the tree above them says, by prefix in hex.
 * What was forgotten is not found: its bytes are gone from free pages too.
 */
export async function salvage(path: string): Promise<Map<string, Salvaged>> {
  const found = new Map<string, Salvaged>();
  let file: PageFile;
  try {
    file = new PageFile(path);
  } catch {
    return found;
  }
  try {
    let sliceEndMs = performance.now() + sliceMs;
    for (let page = 0; page < file.pages; page++) {
      searchPage(file, page, found);
      if (performance.now() < sliceEndMs) continue;
      await setImmediate();
      sliceEndMs = performance.now() + sliceMs;
    }
  } finally {
    file.close();
  }
  return found;
}

function searchPage(file: PageFile, number: number, found: Map<string, Salvaged>): void {
  const page = file.read(number);
  const segment = segmentAt(file, number, page);
  if (segment) {
    const { prefix, first } = readDirectory(segment);
    const { segments } = of(found, prefix);
    const key = (first - 1) / segmentTurns;
    const other = segments.get(key);
    if (!other || gone(segment) >= gone(other)) segments.set(key, segment);
    return;
  }
  const count = Math.min(page.readUInt16LE(20), page.length - pageHeaderBytes) / 2;
  for (let i = 0; i < count; i++) {
    const at = pageHeaderBytes + page.readUInt16LE(pageHeaderBytes + 2 * Math.floor(i));
    if (at + 8 > page.length) continue;
    const keyEnd = at + 8 + page.readUInt16LE(at + 6);
    const dataBytes = page.readUInt32LE(at);
    const key = page.subarray(at + 8, keyEnd);
    const isBig = (page.readUInt16LE(at + 4) & bigData) !== 0;
    const value = isBig ? bigValue(file, page, keyEnd, dataBytes) : page.subarray(keyEnd, keyEnd + dataBytes);
    if (value?.length === dataBytes) take(key, value, found);
  }
}

function take(key: Buffer, value: Buffer, found: Map<string, Salvaged>): void {
  try {
    if (key.length === userPrefixBytes) {
      const head = decodeHead(value.subarray(versionBytes));
      const user = of(found, key);
      if (userKey(head.id).prefix.equals(key) && head.next > (user.head?.next ?? 0)) user.head = head;
    } else if (key.length === userPrefixBytes + 4) {
      const entry = decodeTail(Buffer.from(value));
      const { entries } = of(found, key.subarray(0, userPrefixBytes));
      if (entries.get(numberOf(key))?.kind !== 'gone') entries.set(numberOf(key), entry);
    }
  } catch {
    // Something else, or damaged: there may be another copy.
  }
}

function bigValue(file: PageFile, page: Buffer, at: number, length: number): Buffer | undefined {
  if (at + 8 > page.length || length > mostSegmentBytes) return undefined;
  const first = Number(page.readBigUInt64LE(at));
  return bytesFrom(file, first, length);
}

/** The bytes of a long value, which lie behind the header of its first page. */
function bytesFrom(file: PageFile, first: number, length: number): Buffer | undefined {
  const pages = Math.ceil((pageHeaderBytes + length) / file.pageBytes);
  try {
    return file.read(first, pages).subarray(pageHeaderBytes, pageHeaderBytes + length);
  } catch (error) {
    if (error instanceof PageFault) return undefined;
    throw error;
  }
}

function segmentAt(file: PageFile, number: number, page: Buffer): Buffer | undefined {
  if ((page.readUInt16LE(18) & overflowPage) === 0 || page.toString('latin1', 24, 28) !== 'SCS1')
    return undefined;
  const pages = Math.min(file.pages - number, Math.ceil(directoryRoom / file.pageBytes));
  try {
    const { bytes } = readDirectory(file.read(number, pages).subarray(pageHeaderBytes));
    const segment = bytes > mostSegmentBytes ? undefined : bytesFrom(file, number, bytes);
    if (segment) decodeSegment(segment);
    return segment;
  } catch (error) {
    if (error instanceof RangeError || error instanceof PageFault) return undefined;
    throw error;
  }
}

function gone(segment: Buffer): number {
  return readDirectory(segment).blockOf.filter((block) => block < 0).length;
}

function of(found: Map<string, Salvaged>, prefix: Buffer): Salvaged {
  const key = prefix.toString('hex');
  let user = found.get(key);
  if (!user)
    found.set(key, (user = { entries: new Map<number, LogEntry>(), segments: new Map<number, Buffer>() }));
  return user;
}
