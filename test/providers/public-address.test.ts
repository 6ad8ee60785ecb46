import { request } from 'undici';
import { isPublicAddress } from '../../providers/public-address.ts';
import { PrivateAddressError, publicAgent, type Resolve } from '../../providers/public-agent.ts';
import { RecordingServer } from '../support/recording-server.ts';

describe('an address on the internet', () => {
  it.each(['93.184.216.34', '1.1.1.1', '2606:4700:4700::1111', '::ffff:1.1.1.1'])(
    'is public: %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
  ])('is not public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a connection to a host that is not on the internet', () => {
  let canary: RecordingServer;
  let port: string;

  beforeAll(async () => {
    canary = await RecordingServer.start();
    port = new URL(canary.url).port;
  });
  beforeEach(() => (canary.requests.length = 0));
  afterAll(() => canary.stop());

  /** Servers of names that say the same of every name: one answer after another, the last for ever. */
  function names(...answers: readonly (readonly string[])[]): { resolve: Resolve; asked: string[] } {
    const asked: string[] = [];
    const resolve: Resolve = (hostname, _options, answer) => {
      const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(hostname);
      const family = (address: string): number => (address.includes(':') ? 6 : 4);
      answer(
        null,
        addresses.map((address) => ({ address, family: family(address) })),
      );
    };
    return { resolve, asked };
  }

  const get = async (url: string, options: Parameters<typeof publicAgent>[0] = {}): Promise<number> => {
    const dispatcher = publicAgent(options);
    try {
      return (await request(url, { dispatcher })).statusCode;
    } finally {
      await dispatcher.destroy();
    }
  };

  it.each([
    '127.0.0.1',
    'localhost',
    '0.0.0.0',
    '[::ffff:127.0.0.1]',
    '[::1]',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
  ])('is not made, however it is written: %s', async (host) => {
    await expect(get(`http://${host}:${port}/`)).rejects.toThrow(PrivateAddressError);
    expect(canary.requests).toEqual([]);
  });

  it.each([[['127.0.0.1']], [['::1']], [['93.184.216.34', '127.0.0.1']], [[]]])(
    'is not made to a name that stands for %s',
    async (addresses) => {
      const { resolve } = names(addresses);
      await expect(get(`http://cdn.example.com:${port}/`, { resolve })).rejects.toThrow(PrivateAddressError);
      expect(canary.requests).toEqual([]);
    },
  );

  it('is made to the address that was looked at, and to no other that the name gets meanwhile', async () => {
    const { resolve, asked } = names(['127.0.0.1'], ['10.0.0.1']);
    const options = { resolve, allowLoopback: true };
    expect(await get(`http://cdn.example.com:${port}/`, options)).toBe(200);
    expect(asked).toEqual(['cdn.example.com']);
    await expect(get(`http://cdn.example.com:${port}/`, options)).rejects.toThrow(PrivateAddressError);
    expect(canary.requests).toHaveLength(1);
  });

  it('to this machine is made where that is allowed, and to its other addresses not', async () => {
    expect(await get(`http://127.0.0.1:${port}/`, { allowLoopback: true })).toBe(200);
    await expect(get(`http://0.0.0.0:${port}/`, { allowLoopback: true })).rejects.toThrow(
      PrivateAddressError,
    );
  });
});
