import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Every room of the repository; a folder's name says where its code may run. */
const ROOMS = [
  'domain',
  'nodes',
  'walk',
  'workflows',
  'activities',
  'templates',
  'providers',
  'simulators',
  'worker',
  'api',
  'database',
  'config',
  'stack',
  'bench',
  'chaos',
  'test',
];

const NODE_MODULES_OF_NODE_ROOMS = [
  'node:*',
  'zod',
  'pg',
  'express',
  'undici',
  'nunjucks',
  'pino',
  'prisma',
  '@prisma/*',
  '@temporalio/client',
  '@temporalio/worker',
  '@temporalio/activity',
];

/**
 * One row a room (or a part of one): which rooms its files may import values from. `import type` is free.
 * @type {ReadonlyArray<{ files: string[], ignores?: string[], allow: string[], pure?: boolean, sandbox?: boolean }>}
 */
const IMPORT_RULES = [
  { files: ['domain/**'], allow: [], pure: true },
  {
    files: ['nodes/*/*/run.ts', 'nodes/shared/*-run.ts', 'nodes/runs.ts'],
    allow: ['domain', 'nodes'],
    pure: true,
  },
  {
    files: [
      'nodes/**/config.ts',
      'nodes/shared/*-config.ts',
      'nodes/shared/issue-text.ts',
      'nodes/define.ts',
      'nodes/types.ts',
    ],
    allow: ['domain', 'nodes'],
  },
  { files: ['walk/**'], allow: ['domain'], pure: true },
  { files: ['workflows/**'], allow: ['walk', 'nodes', 'domain'], sandbox: true },
  { files: ['templates/**'], allow: ['domain', 'config'] },
  { files: ['providers/**'], allow: ['domain', 'config'] },
  { files: ['database/**'], allow: ['domain', 'config'] },
  { files: ['activities/**'], allow: ['providers', 'database', 'templates', 'domain', 'config'] },
  {
    files: ['worker/**'],
    allow: ['activities', 'providers', 'database', 'templates', 'nodes', 'domain', 'config'],
  },
  { files: ['api/**'], allow: ['domain', 'nodes', 'providers', 'database', 'templates', 'config'] },
  { files: ['simulators/**'], allow: ['domain', 'config'] },
  { files: ['config/**'], allow: ['domain'] },
  { files: ['stack/**'], allow: ['config', 'domain', 'database'] },
  { files: ['bench/per-customer/workflow.ts'], allow: ['domain'], sandbox: true },
  {
    files: ['bench/**'],
    ignores: ['bench/per-customer/workflow.ts'],
    allow: ['stack', 'worker', 'activities', 'providers', 'database', 'domain', 'config'],
  },
  { files: ['chaos/**'], allow: ['stack', 'simulators', 'providers', 'config', 'domain', 'database'] },
];

const importRules = IMPORT_RULES.map(({ files, ignores = [], allow, pure, sandbox }) => {
  const own = files[0]?.split('/')[0] ?? '';
  const forbidden = ROOMS.filter((room) => room !== own && !allow.includes(room));
  const patterns = [
    {
      regex: `^(\\.\\./)+(${forbidden.join('|')})/`,
      allowTypeImports: true,
      message: `This room may import values only from: ${[own, ...allow].join(', ')}.`,
    },
  ];
  if (pure || sandbox) {
    patterns.push({
      regex: `^(${NODE_MODULES_OF_NODE_ROOMS.map((name) => name.replace('*', '.*')).join('|')})$`,
      allowTypeImports: true,
      message: 'Code that must run in the workflow sandbox imports no Node module and no schema library.',
    });
  }
  /** @type {['error', { patterns: typeof patterns }]} */
  const rule = ['error', { patterns }];
  return { files, ignores, rules: { '@typescript-eslint/no-restricted-imports': rule } };
});

export default defineConfig(
  { ignores: ['node_modules/**', '.tidings/**', 'database/generated/**', 'coverage/**'] },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'max-lines': ['error', { max: 400 }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['config/**', 'test/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config/ reads the environment.' },
      ],
    },
  },
  {
    // A behaviour is an async generator also where it needs no effect: the interpreter drives all of them alike.
    files: ['nodes/*/*/run.ts'],
    rules: { '@typescript-eslint/require-await': 'off' },
  },
  importRules,
);
