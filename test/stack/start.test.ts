import net from 'node:net';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { isAlive } from '../../stack/leftovers.ts';
import { eventually } from '../support/eventually.ts';
import { CommandProcess, ownPorts, StackProcess, temporaryHome } from '../support/stack-process.ts';

let stack: StackProcess;

beforeAll(async () => {
  // As with an unedited copy of .env.example: every variable is there and empty.
  const file = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
  const copied = parseEnv(file) as Readonly<Record<string, string>>;
  const home = await temporaryHome();
  stack = new StackProcess(home, {
    ...copied,
    ...(await ownPorts()),
    ...{ TIDINGS_HOME: home, TIMINGS: 'test', LOG_LEVEL: 'warn' },
  });
});
afterAll(() => stack.remove());

describe('npm start', () => {
  it('prints where everything is, keeps its secrets to itself, and leaves nothing behind after Ctrl-C', async () => {
    const { api, state } = await stack.start();
    expect(stack.stderr).toContain(state.access.docs);
    expect(stack.stderr).toContain(state.access.temporalUi ?? 'no UI');
    expect((await api.call('GET', '/ready')).status).toBe(200);
    expect((await api.call('GET', '/v1/runs')).status).toBe(200);

    const second = await new CommandProcess('start', [], { TIDINGS_HOME: stack.home }).end();
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('A stack is running already')]);

    const made = await new CommandProcess('api-key', ['for a test'], { TIDINGS_HOME: stack.home }).end();
    expect(made.stdout).toMatch(/^tdg_[a-z0-9]{8}_[\w-]{43}\n$/);

    const pids = await stack.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    for (const log of ['api', 'worker', 'pump', 'simulator']) {
      const text = await readFile(path.join(stack.home, 'logs', `${log}.log`), 'utf8');
      expect(text).not.toContain(api.key.split('_')[2]);
    }
  });

  it('takes what people write to each provider, which are told where to post it', async () => {
    const { api, state } = await stack.start();
    const providers = ['', '/sinch-sms', '/sinch-mms'];
    for (const [number, path] of providers.entries()) {
      const message = { from: `+1212555020${number}`, to: '12065550100', text: 'STOP' };
      const address = `${state.access.simulator ?? ''}${path}/_simulator/inbound`;
      expect((await fetch(address, { method: 'POST', body: JSON.stringify(message) })).status).toBe(202);
    }
    const messages = await eventually(async () => {
      const { body } = await api.call<{ messages: { phone: string; keyword: string }[] }>(
        'GET',
        '/v1/inbound',
      );
      return body.messages.length === providers.length ? body.messages : undefined;
    });
    expect(messages.map(({ phone, keyword }) => [phone, keyword]).sort()).toEqual([
      ['+12125550200', 'stop'],
      ['+12125550201', 'stop'],
      ['+12125550202', 'stop'],
    ]);
    await stack.stop();
  });

  it('stops what a killed supervisor left behind, and is up again on the same ports', async () => {
    const first = await stack.start();
    process.kill(first.state.pid, 'SIGKILL');
    const { state } = await stack.start();
    expect(stack.stderr).toContain('Stopping what an earlier start left behind');
    expect(state.ports).toEqual(first.state.ports);
    await stack.stop();
    expect(Object.values(first.state.processes).filter(isAlive)).toEqual([]);
  });

  it('names a fixed port that is taken', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const command = new CommandProcess('start', [], { TIDINGS_HOME: stack.home, API_PORT: String(port) });
    const { code, stderr } = await command.end();
    expect(code).toBe(1);
    expect(stderr).toContain(`API_PORT ${port} is taken`);
    server.close();
  });

  it('refuses bad values by name, all at once and without printing them', async () => {
    const variables = { TIDINGS_HOME: stack.home, API_PORT: 'x17', TIMINGS: 'slow', MODE: 'live' };
    const { code, stderr } = await new CommandProcess('start', [], variables).end();
    expect(code).toBe(1);
    for (const name of ['API_PORT', 'TIMINGS', 'MODE']) expect(stderr).toContain(name);
    expect(stderr).not.toContain('x17');
  });

  it('refuses a database of its user without the key that numbers are known by', async () => {
    const variables = { TIDINGS_HOME: stack.home, DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/x' };
    const { code, stderr } = await new CommandProcess('start', [], variables).end();
    expect([code, stderr]).toEqual([1, expect.stringContaining('PHONE_KEY, CREDENTIAL_KEYS must be set')]);
  });
});
