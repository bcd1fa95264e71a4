import { SlowcatError } from '../../errors.js';
import type { UserMemory, UserMemoryMaintenance } from '../../memory/memory.js';

type Verb = keyof UserMemoryMaintenance;

/** A user's memory with what keeps it whole. @throws SlowcatError where a store does not have it */
export function maintained<V extends Verb>(
  user: UserMemory & Partial<UserMemoryMaintenance>,
  verb: V,
): Pick<UserMemoryMaintenance, V> {
  if (typeof user[verb] === 'function') return user as UserMemory & Pick<UserMemoryMaintenance, V>;
  throw new SlowcatError('SLOWCAT_MEMORY_STORE', `This store has no ${verb}.`);
}
