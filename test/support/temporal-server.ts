import { spawn, type ChildProcess } from 'node:child_process';
import net from 'node:net';
import { endWithParent } from './end-with-parent.ts';
import { isListening, temporalCommand } from '../../stack/temporal/server.ts';

export interface TestTemporal {
  readonly address: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A development server of its own, with its file in `folder`; pass a port to come back on the same one. */
export async function startTemporal(folder: string, port?: number): Promise<TestTemporal> {
  const chosen = port ?? (await freePort());
  const [program = '', ...args] = await temporalCommand({
    program: process.env['TEST_TEMPORAL'] ?? 'temporal',
    folder,
    port: chosen,
    uiPort: await freePort(),
    namespace: 'default',
  });
  const server = spawn(program, [...args, '--headless'], { stdio: 'ignore' });
  endWithParent(server);
  while (!(await isListening(chosen))) {
    if (server.exitCode !== null) throw new Error('The Temporal server did not start.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { address: `127.0.0.1:${chosen}`, port: chosen, stop: () => stop(server) };
}

function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  server.kill('SIGKILL');
  return ended;
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
