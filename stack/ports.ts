import net from 'node:net';
import { ConfigurationError } from '../config/environment.ts';

/** Ports that a stack listens on. */
export interface StackPorts {
  readonly api: number;
  readonly postgres: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly simulator: number;
}

/** Where each is looked for first, and the variable that fixes it. */
const PORTS: Readonly<Record<keyof StackPorts, { preferred: number; variable: string }>> = {
  api: { preferred: 7300, variable: 'API_PORT' },
  postgres: { preferred: 7301, variable: 'POSTGRES_PORT' },
  simulator: { preferred: 7302, variable: 'SIMULATOR_PORT' },
  temporal: { preferred: 7233, variable: 'TEMPORAL_PORT' },
  temporalUi: { preferred: 8233, variable: 'TEMPORAL_UI_PORT' },
};

/**
 * Free ports: those that variables fix, then the usual ones, then any, with a word about it.
 * @throws ConfigurationError when a port that a variable fixes is taken
 */
export async function choosePorts(
  fixed: Readonly<Partial<Record<keyof StackPorts, number | undefined>>>,
  tell: (sentence: string) => void,
): Promise<StackPorts> {
  const chosen: Partial<Record<keyof StackPorts, number>> = {};
  for (const [name, { preferred, variable }] of Object.entries(PORTS) as [
    keyof StackPorts,
    (typeof PORTS)['api'],
  ][]) {
    const port = fixed[name];
    if (port !== undefined && !(await isFree(port))) {
      throw new ConfigurationError(
        `${variable} ${port} is taken by another program. Stop it or choose another port.`,
      );
    }
    chosen[name] = port ?? (await preferredOrFree(preferred));
    if (port === undefined && chosen[name] !== preferred) {
      tell(
        `Port ${preferred} is taken by another program; using ${chosen[name]}. ${variable} fixes another one.`,
      );
    }
  }
  return chosen as StackPorts;
}

async function preferredOrFree(preferred: number): Promise<number> {
  if (await isFree(preferred)) return preferred;
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
