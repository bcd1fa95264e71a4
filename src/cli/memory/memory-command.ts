import { Command } from 'commander';

import { terminal, type MemoryCommandEdges } from './edges.js';
import { addExport } from './export.js';
import { addFacts } from './facts.js';
import { addForget } from './forget.js';
import { addImport } from './import.js';
import { addList } from './list.js';
import { addSearch } from './search.js';
import { addProof, addShow } from './show.js';
import { addStats } from './stats.js';
import { addTopics } from './topics.js';
import { addRepair, addVerify } from './verify.js';

/** `slowcat memory`: look at what is remembered, search it, check it, take it with you, forget it. Works while a server runs. */
export function memoryCommand(edges: MemoryCommandEdges = terminal): Command {
  const memory = new Command('memory').description(
    'list, search, check, export, import and forget what is remembered',
  );
  const verbs = [
    addList,
    addSearch,
    addFacts,
    addTopics,
    addShow,
    addStats,
    addExport,
    addImport,
    addVerify,
    addRepair,
    addProof,
    addForget,
  ];
  for (const add of verbs) add(memory, edges);
  return memory;
}
