import { createPool } from '../../database/pool.ts';
import { Api } from '../support/api.ts';
import { freePort } from '../support/temporal-server.ts';
import { SERVICE_VARIABLES, ServiceProcess } from '../support/service-process.ts';
import { CommandProcess, removeHome, temporaryHome } from '../support/stack-process.ts';

let home: string;
let variables: Readonly<Record<string, string>>;
let api: ServiceProcess | undefined;

const NAME = `t_itself_${process.pid}`;
const administer = async (sql: string): Promise<void> => {
  const address = (process.env['TEST_POSTGRES'] ?? '').replace(/DATABASE$/, 'postgres');
  const pool = createPool({ url: address, name: 'test', connections: 1 });
  await pool.query(sql);
  await pool.end();
};

beforeAll(async () => {
  home = await temporaryHome();
  await administer(`CREATE DATABASE ${NAME}`);
  variables = {
    ...SERVICE_VARIABLES,
    TIDINGS_HOME: home,
    DATABASE_URL: (process.env['TEST_POSTGRES'] ?? '').replace(/DATABASE$/, NAME),
    API_PORT: String(await freePort()),
    INFOBIP_BASE_URL: 'https://x.api.infobip.com',
    INFOBIP_API_KEY: 'a-real-key',
    INFOBIP_WEBHOOK_SECRET: 'a secret of sixteen',
  };
});
afterAll(async () => {
  api?.kill();
  await administer(`DROP DATABASE ${NAME} WITH (FORCE)`);
  await removeHome(home);
});

describe('processes that are run by themselves', () => {
  it('need a migrated database with a project and a key, which commands make', async () => {
    expect((await new CommandProcess('migrate', [], variables).end()).code).toBe(0);
    const none = await new CommandProcess('api-key', [], variables).end();
    expect(none.stderr).toContain('npm run project');

    const made = await new CommandProcess('project', [], variables).end();
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('allow-list')]);
    const key = (await new CommandProcess('api-key', [], variables).end()).stdout.trim();

    api = new ServiceProcess(['api/main.ts'], variables);
    await api.says('"ready"');
    const client = new Api(`http://127.0.0.1:${variables['API_PORT'] ?? ''}`, key);
    await client.importConsenting({ ann: '+12125550100' });
    const valid = await client.call('POST', '/v1/scenarios/validate', {
      name: 'By itself',
      nodes: [
        { id: 'start', type: 'now' },
        { id: 'send', type: 'sms', config: { category: 'marketing', text: 'Hi' } },
      ],
      edges: [{ from: 'start', to: 'send' }],
    });
    expect([valid.status, valid.body]).toEqual([200, expect.objectContaining({ problems: [] })]);
  });

  it('name the variables that a project needs', async () => {
    const refused = await new CommandProcess('project', [], { ...variables, INFOBIP_BASE_URL: '' }).end();
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/^INFOBIP_BASE_URL must be set/),
    ]);
  });
});
