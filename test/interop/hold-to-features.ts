import { it } from 'vitest';
import type { ClientDriver } from './client-driver.js';
import type { ClientKind } from './clients.js';
import { features } from './features.js';
import type { Results } from './results.js';
import type { Stage } from './stage.js';

export interface Column {
  readonly kind: ClientKind;
  readonly stage: Stage;
  readonly results: Results;
  readonly clients: () => ClientDriver;
  /** Why there are no clients of this kind here; their tests are skipped. */
  readonly missing: string | undefined;
  /** One test after the other, where one client at a time is all that there can be. @defaultValue false */
  readonly inTurn?: boolean;
}

/** Declares the test of each cell of a column of the table. */
export function holdToFeatures({ kind, stage, results, clients, missing, inTurn = false }: Column): void {
  for (const [index, feature] of features.entries()) {
    if (feature.lacks?.(kind) !== undefined) continue;
    it.skipIf(missing !== undefined)(feature.title, inTurn ? { concurrent: false } : {}, async () => {
      const client = `${kind.packages}-${kind.path.length}-${index}`;
      try {
        await feature.test({ kind, stage, process: clients(), client });
        results.passed(feature.title, kind.title);
      } finally {
        await clients().dismiss(client);
      }
    });
  }
}
