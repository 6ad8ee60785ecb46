import net from 'node:net';
import { once } from 'node:events';
import { choosePorts } from '../../stack/ports.ts';

/** A program that listens on a port, and how it stops. */
async function somebodyAt(port: number): Promise<() => Promise<unknown>> {
  const server = net.createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return () => once(server.close(), 'close');
}

describe('the ports of a stack', () => {
  it('that a variable fixes are refused when they are taken, by the name of the variable', async () => {
    const leave = await somebodyAt(17_399);
    await expect(choosePorts({ api: 17_399 }, () => undefined)).rejects.toThrow(/^API_PORT 17399 is taken/);
    await leave();
    await expect(choosePorts({ api: 17_399 }, () => undefined)).resolves.toMatchObject({ api: 17_399 });
  });

  it('are others when the usual ones are taken, and the start says so', async () => {
    const usual = await choosePorts({}, () => undefined);
    const leave = await somebodyAt(usual.api).catch(() => undefined);
    const said: string[] = [];
    const others = await choosePorts({}, (sentence) => said.push(sentence));
    expect(others.api).not.toBe(7_300);
    expect(said.join('\n')).toMatch(
      /Port 7300 is taken by another program; using \d+\. API_PORT fixes another one\./,
    );
    await leave?.();
  });
});
