/**
 * npm leaves an optional package out of package-lock.json when the registry at hand does not have it, as mirrors often
 * do for other platforms' binaries. `npm ci` then refuses the lockfile, and a Mac would go without its Metal build.
 * These entries need no registry: name and version stand in the package that wants them, the platform in the name.
 */

/**
 * @typedef {{ version?: string, integrity?: string, resolved?: string, optional?: boolean, dev?: boolean, os?: string[],
 *   cpu?: string[], optionalDependencies?: Record<string, string> }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lockfile
 */

/**
 * Optional packages that are wanted with an exact version and have no entry.
 *
 * @param {Lockfile} lock
 * @returns {{ name: string, version: string, wantedBy: string }[]}
 */
export function missingOptional(lock) {
  return Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name, version]) => /^\d+\.\d+\.\d+[\w.-]*$/.test(version) && !resolves(lock, path, name))
      .map(([name, version]) => ({ name, version, wantedBy: path })),
  );
}

/**
 * The lockfile with those entries, in npm's order.
 *
 * @param {Lockfile} lock
 * @returns {Lockfile}
 */
export function completeLockfile(lock) {
  const packages = { ...lock.packages };
  for (const { name, version, wantedBy } of missingOptional(lock)) {
    packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(packages[wantedBy]?.dev === true ? { dev: true } : {}),
      optional: true,
    };
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

/**
 * Node's rule: the package's own node_modules, then each one above.
 *
 * @param {Lockfile} lock
 * @param {string} path
 * @param {string} name
 */
function resolves(lock, path, name) {
  for (
    let at = path;
    ;
    at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : ''
  ) {
    if (lock.packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === '') return false;
  }
}

/** @param {string} name @returns {{ cpu: string[], os: string[] }} */
export function platformOf(name) {
  const words = (name.split('/').at(-1) ?? name).split(/[-_]/);
  const os = words.map(
    (word) => ({ darwin: 'darwin', mac: 'darwin', linux: 'linux', win32: 'win32', win: 'win32' })[word],
  );
  const cpu = words.map(
    (word) =>
      ({
        arm64: 'arm64',
        aarch64: 'arm64',
        x64: 'x64',
        arm: 'arm',
        armv7: 'arm',
        armv7l: 'arm',
        riscv64: 'riscv64',
      })[word],
  );
  const [system, processor] = [os.find(Boolean), cpu.find(Boolean)];
  if (!system || !processor)
    throw new Error(`${name}: its name does not tell the platform; add it to the lockfile by hand`);
  return { cpu: [processor], os: [system] };
}
