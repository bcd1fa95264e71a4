/** Where model files come from: the catalog, the choice, the fetching. */
export {
  findModel,
  loadCatalog,
  packageRoot,
  parts,
  type Catalog,
  type CatalogFile,
  type CatalogModel,
  type Part,
} from './catalog.js';
export {
  ensureModels,
  inspectModels,
  locateModels,
  type EnsureOptions,
  type EnsureProgress,
  type FileReport,
  type ReadyModel,
  type ReadyModels,
} from './ensure.js';
export { openStore, type ModelStore, type StoreOptions } from './store.js';
export {
  chooseModels,
  loadSavedChoices,
  saveChoice,
  type ChooseOptions,
  type ModelChoice,
  type ModelIds,
} from './selection.js';
