import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/** The process that bundles the workflow code into the file that it is given. */
const file = process.argv[2] ?? '';
const silent = (): void => undefined;
const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
const workflowsPath = path.join(import.meta.dirname, '..', 'workflows', 'index.ts');

const { code } = await bundleWorkflowCode({ workflowsPath, logger });
const unfinished = `${file}.${process.pid}`;
await writeFile(unfinished, code);
await rename(unfinished, file);
