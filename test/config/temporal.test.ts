import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connectionOptions, temporalConfig } from '../../config/temporal.ts';
import { readHistories } from '../../stack/demo/read-histories.ts';

describe('a connection to Temporal', () => {
  it('speaks TLS and names the key where the environment says so', () => {
    const config = temporalConfig({ TEMPORAL_API_KEY: 'k' }, 'temporal.example.com:7233');
    expect(connectionOptions(config)).toEqual({
      address: 'temporal.example.com:7233',
      tls: true,
      apiKey: 'k',
    });
    expect(connectionOptions(temporalConfig({}, '127.0.0.1:7233'))).toEqual({
      address: '127.0.0.1:7233',
      tls: false,
    });
  });

  it('of the demo does the same', async () => {
    const keys = new Set<unknown>();
    const server = createServer().on('stream', (stream, headers) => {
      keys.add(headers.authorization);
      const unimplemented = '12';
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': unimplemented },
        { endStream: true },
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = temporalConfig({ TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: false }, address);
    await expect(readHistories(config, 'run', 1)).rejects.toThrow();
    expect([...keys]).toEqual(['Bearer k']);
    server.close();
  });
});
