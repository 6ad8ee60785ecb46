import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { behaviourOf, versionsIn, type ReleasedVersions } from '../support/released-versions.ts';

/**
 * `node --import tsx test/nodes/release.ts`, part of a release: adds every version that is not in nodes/released.json yet.
 * What is there stays as it is.
 */
const NODES = path.join(import.meta.dirname, '..', '..', 'nodes');
const file = path.join(NODES, 'released.json');
const released = JSON.parse(readFileSync(file, 'utf8')) as ReleasedVersions;
const all = Object.fromEntries(versionsIn(NODES).map((version) => [version, behaviourOf(NODES, version)]));
writeFileSync(file, `${JSON.stringify({ ...all, ...released }, undefined, 2)}\n`);
