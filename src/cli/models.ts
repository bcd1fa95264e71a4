import { totalmem } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../config/index.js';
import {
  chooseModels,
  ensureModels,
  findModel,
  inspectModels,
  loadCatalog,
  loadSavedChoices,
  openStore,
  parts,
  saveChoice,
  type CatalogModel,
  type ModelChoice,
  type ModelStore,
  type Part,
} from '../weights/index.js';
import { fetchReporter } from './fetch-reporter.js';
import { megabytes, modelsTable, selectionLines } from './models-text.js';

interface CommonOptions {
  readonly dataDir?: string;
  readonly modelsDir?: string;
  readonly json?: true;
}

/** What the commands work on: the choice for this machine and the place for files. */
interface Workplace {
  readonly dataDir: string;
  readonly store: ModelStore;
  readonly choices: readonly ModelChoice[];
}

/** `slowcat models`: which models there are, which one plays which part, and their files. */
export function modelsCommand(): Command {
  const models = new Command('models').description('list, fetch, choose and check models');

  common(models.command('list'))
    .description('every model of the catalog, which one plays which part and why')
    .option('--part <part>', 'only this part', partArgument)
    .action((options: CommonOptions & { part?: Part }) => list(options));

  common(models.command('fetch'))
    .description('bring in the model files that are missing: the chosen ones, or those named')
    .argument('[ids...]', 'model ids, see "slowcat models list"')
    .option('--quiet', 'say nothing when everything is there')
    .action((ids: string[], options: CommonOptions & { quiet?: true }) => fetchModels(ids, options));

  common(models.command('use'))
    .description('choose the model that plays a part; "default" goes back to the default')
    .argument('<part>', parts.join(', '), partArgument)
    .argument('<id>', 'a model id of that part, or "default"')
    .action((part: Part, id: string, options: CommonOptions) => use(part, id, options));

  common(models.command('verify'))
    .description(
      'hash model files and compare them with the catalog; exit code 1 when one is missing or wrong',
    )
    .argument('[ids...]', 'model ids; the chosen ones when none are named')
    .action((ids: string[], options: CommonOptions) => verify(ids, options));

  return models;
}

async function list(options: CommonOptions & { part?: Part }): Promise<void> {
  const { store, choices } = await workplace(options);
  const wanted = loadCatalog().models.filter(
    (model) => options.part === undefined || model.part === options.part,
  );
  const here = new Map<string, boolean>();
  for (const model of wanted) {
    const files = await inspectModels([model], { store });
    here.set(
      model.id,
      files.every((file) => file.state !== 'missing'),
    );
  }
  const chosen = new Set(choices.map((choice) => choice.model.id));
  if (options.json) {
    const models = wanted.map((model) => ({
      ...model,
      chosen: chosen.has(model.id),
      onDisk: here.get(model.id) ?? false,
    }));
    printJson({ folder: store.root, models, choices: choices.map(choiceForMachines) });
    return;
  }
  console.log(modelsTable(wanted, chosen, here));
  const shown = choices.filter((choice) => options.part === undefined || choice.part === options.part);
  console.log(`\n${selectionLines(shown).join('\n')}`);
  console.log(`\nFiles are kept in ${store.root}.`);
}

async function fetchModels(ids: readonly string[], options: CommonOptions & { quiet?: true }): Promise<void> {
  const { store, choices } = await workplace(options);
  const wanted = ids.length > 0 ? ids : choices.map((choice) => choice.model.id);
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const reporter = fetchReporter({ silent: options.json === true });
  const started = performance.now();
  try {
    const ready = await ensureModels(wanted, {
      store,
      signal: interrupted.signal,
      onProgress: (progress) => reporter.report(progress),
    });
    reporter.close();
    if (options.json) {
      const models = [...ready.values()].map(({ model, files }) => ({
        id: model.id,
        part: model.part,
        files,
      }));
      printJson({ folder: store.root, models });
    } else if (options.quiet !== true || reporter.fetched > 0) {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`Models are complete (${reporter.fetched} files fetched, ${seconds} s).`);
    }
  } catch (error) {
    reporter.close();
    if (!interrupted.signal.aborted) throw error;
    console.error('Interrupted. What has come is kept; "slowcat models fetch" goes on from there.');
    // 128 + SIGINT, what shells report for an interrupted program.
    process.exitCode = 130;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

async function use(part: Part, id: string, options: CommonOptions): Promise<void> {
  const { dataDir, store } = await workplace(options, part);
  const model = id === 'default' ? undefined : findModel(loadCatalog(), id, part);
  await saveChoice(dataDir, part, model?.id);
  const { choices } = await workplace(options);
  const choice = choices.find((each) => each.part === part);
  const missing = choice ? await missingBytes(choice.model, store) : 0;
  if (options.json) {
    printJson({ part, choice: choice && choiceForMachines(choice), missingBytes: missing });
    return;
  }
  console.log(
    choice ? `${part} is played by ${choice.model.id} (${choice.reason}).` : `${part} is played by none.`,
  );
  if (missing > 0) {
    console.log(
      `Its ${megabytes(missing)} are fetched at the next start, or now with "slowcat models fetch".`,
    );
  }
}

async function verify(ids: readonly string[], options: CommonOptions): Promise<void> {
  const { store, choices } = await workplace(options);
  const catalog = loadCatalog();
  const wanted = ids.length > 0 ? ids.map((id) => findModel(catalog, id)) : choices.map(({ model }) => model);
  const files = await inspectModels(wanted, { store, hash: true });
  const bad = files.filter((file) => file.state !== 'verified');
  if (options.json) printJson({ ok: bad.length === 0, files });
  else {
    for (const { model, name, state, path } of files) {
      console.log(`${state.padEnd(8)} ${model.padEnd(28)} ${state === 'verified' ? name : path}`);
    }
    if (bad.length > 0) {
      console.log(`${bad.length} of ${files.length} files are not right. "slowcat models fetch" mends that.`);
    }
  }
  process.exitCode = bad.length === 0 ? 0 : 1;
}

/** @param resetting a part whose saved choice is about to be replaced, so that a bad one cannot stand in the way */
async function workplace(options: CommonOptions, resetting?: Part): Promise<Workplace> {
  // Models are not a matter of who may connect: the loopback host keeps that check out of these commands.
  const config = loadConfig({ flags: { dataDir: options.dataDir, host: '127.0.0.1' } });
  const { llmUrl, llmModel, sttModel, ttsModel } = config;
  const saved = await loadSavedChoices(config.dataDir);
  const choices = chooseModels({
    catalog: loadCatalog(),
    flags: { llm: llmUrl === undefined ? llmModel : undefined, stt: sttModel, tts: ttsModel },
    saved: resetting === undefined ? saved : { ...saved, [resetting]: undefined },
    without: llmUrl === undefined ? [] : ['llm', 'adapter'],
    totalMemoryBytes: totalmem(),
  });
  return { dataDir: config.dataDir, store: openStore({ modelsDir: options.modelsDir }), choices };
}

async function missingBytes(model: CatalogModel, store: ModelStore): Promise<number> {
  const files = await inspectModels([model], { store });
  return files.reduce((sum, file) => (file.state === 'missing' ? sum + (file.bytes ?? 0) : sum), 0);
}

function common(command: Command): Command {
  return command
    .option('--json', 'print JSON for machines')
    .option('--models-dir <folder>', 'where fetched files are kept (or SLOWCAT_MODELS_DIR)')
    .option('--data-dir <folder>', 'where the choice is kept (or SLOWCAT_DATA_DIR)');
}

function partArgument(text: string): Part {
  const part = parts.find((each) => each === text);
  if (part === undefined) throw new InvalidArgumentError(`Parts are: ${parts.join(', ')}.`);
  return part;
}

function choiceForMachines({ part, model, chosenBy, reason, better }: ModelChoice): unknown {
  return {
    part,
    id: model.id,
    chosenBy,
    reason,
    better: better && { id: better.model.id, fits: better.fits, needs: better.needs },
  };
}

function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}
