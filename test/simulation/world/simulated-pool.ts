import type { Pool } from '../../../database/pool.ts';
import { type Given, type Result, type Server, SimulatedConnection } from './simulated-connection.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** Stands for a pool of `pg`; there is always a connection left. */
class SimulatedPool {
  private readonly server: Server;
  private readonly process: SimulatedProcess;

  constructor(server: Server, process: SimulatedProcess) {
    this.server = server;
    this.process = process;
  }

  async query(given: Given, values?: readonly unknown[]): Promise<Result> {
    const connection = this.open();
    try {
      return await connection.query(given, values);
    } finally {
      this.process.connections.delete(connection);
    }
  }

  connect(): Promise<{ query: SimulatedConnection['query']; release: () => void }> {
    const connection = this.open();
    return Promise.resolve({
      query: (given, values) => connection.query(given, values),
      release: () => void this.process.connections.delete(connection),
    });
  }

  private open(): SimulatedConnection {
    const connection = new SimulatedConnection(this.server, this.process);
    this.process.connections.add(connection);
    return connection;
  }
}

/** A pool of one process. The engine uses `query`, `connect` and `release` of it; nothing else is there. */
export function simulatedPool(server: Server, process: SimulatedProcess): Pool {
  return new SimulatedPool(server, process) as unknown as Pool;
}
