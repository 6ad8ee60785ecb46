import type { Pool } from '../../../database/pool.ts';
import type { Store } from '../sql/store.ts';
import type { Statements } from '../sql/prepared.ts';
import { Operations } from './operations.ts';
import { simulatedPool } from './simulated-pool.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { VirtualTime } from './virtual-time.ts';

/** Operations that come to their end at once: nothing comes in between. */
class Immediately extends Operations {
  override add(operation: Parameters<Operations['add']>[0]): void {
    super.add(operation);
    queueMicrotask(() => operation.proceed(0));
  }
}

/** A pool of the simulated database for code that runs alone. */
export function immediatePool(store: Store, statements: Statements, time = new VirtualTime()): Pool {
  return simulatedPool(
    { store, statements, operations: new Immediately(), time },
    new SimulatedProcess('api'),
  );
}
