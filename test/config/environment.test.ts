import { ConfigurationError, parseEnvironment, VARIABLES } from '../../config/environment.ts';

/** A value for each variable that must be refused; the others take any text. */
const BAD: Readonly<Record<string, readonly string[]>> = {
  LOG_LEVEL: ['loud'],
  TIMINGS: ['fast'],
  TIMINGS_DIVISOR: ['0', '1.5', 'twenty'],
  PROVIDER: ['twilio'],
  MODE: ['dangerous', 'live'],
  TEST_NUMBERS: ['2125550199', '+12125550199,oops', '+0125550199'],
  API_PORT: ['web', '0', '70000', '7300.5'],
  PUBLIC_URL: ['tidings.example.com', 'ftp://tidings.example.com'],
  MEDIA_FROM_LOOPBACK: ['yes'],
  API_KEY: ['tdg_short', 'letmein-letmein'],
  DATABASE_URL: ['mysql://localhost/db', 'localhost:5432'],
  DATABASE_CONNECTIONS: ['many', '1', '501'],
  POSTGRES_PORT: ['65536'],
  PHONE_KEY: ['too short a phone key'],
  CREDENTIAL_KEYS: ['2026', '2026:short'],
  TEMPORAL_ADDRESS: ['temporal.internal', 'https://temporal.internal:7233'],
  TEMPORAL_NAMESPACE: ['-bad name-'],
  TEMPORAL_TLS: ['yes'],
  TEMPORAL_UI_URL: ['localhost:8233'],
  TEMPORAL_PORT: ['-1'],
  TEMPORAL_UI_PORT: ['x'],
  SENDER_NUMBER: ['1234567890123456', 'A name that is too long', '+1 206 555 0100'],
  INFOBIP_BASE_URL: ['api.infobip.com'],
  INFOBIP_WEBHOOK_AUTH: ['oauth'],
  INFOBIP_WEBHOOK_SECRET: ['short-secret'],
  INFOBIP_WEBHOOK_USERNAME: ['reports:infobip', 'u'.repeat(101)],
  INFOBIP_WEBHOOK_HEADER: ['X Signature:', 'x'.repeat(65)],
  INFOBIP_MESSAGES_PER_CALL: ['0', '101', 'all'],
  SINCH_BASE_URL: ['us.sms.api.sinch.com'],
  SINCH_SERVICE_PLAN_ID: ['a plan', '../other'],
  SINCH_WEBHOOK_AUTH: ['hmac'],
  SINCH_MMS_BASE_URL: ['api.ci.mblox.com'],
  SINCH_MMS_SERVICE_ID: ['../32113'],
  SINCH_WEBHOOK_SECRET: ['short-secret', 's'.repeat(501)],
  SINCH_WEBHOOK_USERNAME: ['reports:sinch'],
  SINCH_WEBHOOK_HEADER: ['X Signature:'],
  WORKERS: ['0', '65', 'many'],
  SIMULATOR_PORT: ['99999'],
  SIMULATOR_LATENCY_MS: ['-1', 'slow'],
  SIMULATOR_REPORT_DELAY_MS: ['600001'],
  SIMULATOR_REPORT_SPREAD_MS: ['600001'],
  SIMULATOR_REPORTS_PER_POST: ['0', '2001', 'many'],
  SIMULATOR_MAX_PER_SECOND: ['0', '100001', '1.5', 'many'],
  SIMULATOR_RETRY_SPEEDUP: ['0', '10001', 'fast'],
  SIMULATOR_CHECKS_MEDIA: ['yes', '1'],
  SIMULATOR_LOOKUP_LAG_MS: ['1s'],
};
/** Those that take any text. */
const FREE = [
  'TIDINGS_HOME',
  'API_HOST',
  'CRASH_POINTS',
  'SIMULATOR_HOST',
  'TEMPORAL_API_KEY',
  'INFOBIP_API_KEY',
  'SINCH_API_TOKEN',
  'SINCH_MMS_API_KEY',
];

function refusal(variables: Readonly<Record<string, string>>): string {
  try {
    parseEnvironment(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('a bad variable', () => {
  it('of every kind is looked at here', () => {
    expect([...Object.keys(BAD), ...FREE].sort()).toEqual(Object.keys(VARIABLES).sort());
  });

  it.each(Object.entries(BAD).flatMap(([name, values]) => values.map((value) => [name, value] as const)))(
    'is refused by its name, and its value is not printed: %s=%s',
    (name, value) => {
      const message = refusal({ [name]: value });
      expect(message.split('\n')).toHaveLength(1);
      expect(message).toMatch(new RegExp(`^${name} \\S`));
      if (value.length > 5) expect(message).not.toContain(value);
    },
  );

  it('does not hide the others: all are named at once', () => {
    const message = refusal({
      API_PORT: 'web',
      MODE: 'live',
      PHONE_KEY: 'my secret phone key',
      TIMINGS: 'test',
    });
    expect(message.split('\n').map((line) => line.split(' ')[0])).toEqual(['MODE', 'API_PORT', 'PHONE_KEY']);
    expect(message).not.toContain('my secret phone key');
  });

  it('says in words what would be right', () => {
    expect(refusal({ API_PORT: '70000' })).toBe('API_PORT must be a port number');
    expect(refusal({ PUBLIC_URL: 'x' })).toContain('https://');
    expect(refusal({ MODE: 'live' })).toBe(
      'MODE live is not offered yet: frequency policies, proof of consent, registrations of senders, the windows of states and answers to STOP and HELP are missing',
    );
  });
});

describe('a number that is out of its bounds', () => {
  it.each([
    ['DATABASE_CONNECTIONS', '1', /2.*500/],
    ['INFOBIP_MESSAGES_PER_CALL', '101', /1.*100/],
    ['SIMULATOR_LATENCY_MS', '600001', /600/],
  ])('is told the bounds, not that it is no number: %s=%s', (name, value, bounds) => {
    expect(refusal({ [name]: value })).toMatch(bounds);
  });
});

describe('a good environment', () => {
  it('is parsed into plain values', () => {
    expect(
      parseEnvironment({
        API_PORT: '7300',
        TEMPORAL_TLS: 'false',
        TEST_NUMBERS: ' +12125550100, +12125550101,',
        PUBLIC_URL: 'https://tidings.example.com/',
        MODE: 'allow-list',
        SENDER_NUMBER: 'Harbour',
        SOMETHING_ELSE: 'x',
      }),
    ).toEqual({
      API_PORT: 7_300,
      TEMPORAL_TLS: false,
      TEST_NUMBERS: ['+12125550100', '+12125550101'],
      PUBLIC_URL: 'https://tidings.example.com',
      MODE: 'allow-list',
      SENDER_NUMBER: 'Harbour',
    });
  });

  it('may leave anything empty, which is as if it were not there', () => {
    expect(parseEnvironment({ API_PORT: '', PUBLIC_URL: undefined })).toEqual({});
  });
});
