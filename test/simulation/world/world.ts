import type { Dependencies } from '../../../activities/dependencies.ts';
import { isConnectionFailure, isLockFailure } from '../../../database/postgres-error.ts';
import { Store } from '../sql/store.ts';
import type { Values } from '../sql/values.ts';
import { engineOf, useDispatch } from './engine.ts';
import type { Setting, SimulatedSchema } from './fixture.ts';
import { Operations } from './operations.ts';
import { Reader } from './reader.ts';
import type { Server } from './simulated-connection.ts';
import { simulatedPool } from './simulated-pool.ts';
import { SimulatedProcess, type ProcessName } from './simulated-process.ts';
import { SimulatedProvider } from './simulated-provider.ts';
import { quiet, START, useTime, VirtualTime } from './virtual-time.ts';
import { Watch } from './watch.ts';

export const PROCESSES: readonly ProcessName[] = ['worker 1', 'worker 2', 'pump', 'api'];

/** One life of a process, with the engine's code in it. */
interface Life {
  readonly process: SimulatedProcess;
  readonly engine: Dependencies;
}

/** Processes, database, provider and clock of one simulation. */
export class World {
  readonly setting: Setting;
  readonly time = new VirtualTime();
  readonly operations = new Operations();
  readonly store: Store;
  readonly reader: Reader;
  readonly watch: Watch;
  readonly provider: SimulatedProvider;
  /** Members whom the gate has kept in for good, and those whose message has come to its end. */
  readonly doneMembers = new Set<number>();
  /** When members of whom no row is known are to be offered again, as the last attempt has said. */
  offerAt = 0;
  /** When the faults have stopped. */
  settledFrom = Infinity;
  private readonly server: Server;
  private readonly lives = new Map<ProcessName, Life>();

  constructor(schema: SimulatedSchema, rows: ReadonlyMap<string, readonly Values[]>, setting: Setting) {
    const { time, operations } = this;
    const now = (): number => time.now;
    this.setting = setting;
    this.store = new Store(rows);
    this.reader = new Reader(schema.schema, this.store);
    this.watch = new Watch(this.reader, now, setting);
    this.store.onCommit = this.watch.commits;
    this.provider = new SimulatedProvider(setting, time, operations, this.watch);
    this.server = { store: this.store, statements: schema.statements, operations, time };
    for (const name of PROCESSES) this.start(name);
    useTime(time);
    useDispatch((from, options, handler) => {
      this.provider.dispatch(this.process(from), options, handler);
    });
  }

  process(name: ProcessName): SimulatedProcess {
    return this.life(name).process;
  }

  engine(name: ProcessName): Dependencies {
    return this.life(name).engine;
  }

  /** Begins something in a process; what comes of it is noted. */
  async begin(
    name: ProcessName,
    what: string,
    work: (engine: Dependencies) => Promise<unknown>,
  ): Promise<void> {
    const { process, engine } = this.life(name);
    this.note(`${name} begins: ${what}`);
    process.jobs.push(what);
    const end = (): void => void process.jobs.splice(process.jobs.indexOf(what), 1);
    work(engine).then(end, (error: unknown) => {
      end();
      const message = error instanceof Error ? (error.stack ?? '') : String(error);
      if (isConnectionFailure(error) || isLockFailure(error))
        this.note(`${name}: ${what} fails: the database`);
      else this.watch.violated(`${name}: ${what} failed unforeseen: ${message}`);
    });
    await quiet();
  }

  /** Lets one thing go on, and everything that follows from it at once. */
  async proceed(index: number, luck: number, of?: ProcessName): Promise<boolean> {
    const all = this.operations.ready();
    const ready = of === undefined ? all : all.filter(({ process }) => process.name === of);
    const operation = ready[index % Math.max(1, ready.length)];
    if (!operation) return false;
    this.note(operation.what);
    operation.proceed(luck);
    await quiet();
    return true;
  }

  /** @param done by position, whether a statement that is under way comes to its end all the same */
  async kill(name: ProcessName, done: (position: number) => boolean): Promise<void> {
    const { process } = this.life(name);
    this.note(`${name} is killed`);
    process.state = 'dead';
    for (const [position, operation] of this.operations.of(process).entries())
      operation.abandon(done(position));
    for (const connection of process.connections) connection.close();
    this.start(name);
    await quiet();
  }

  async cut(name: ProcessName, done: boolean): Promise<void> {
    const { process } = this.life(name);
    const cut = [...process.connections].find((connection) => connection.cut(done));
    if (!cut) return;
    this.note(`${name} loses a connection to the database${done ? ' after the statement was done' : ''}`);
    await quiet();
  }

  async thaw(name: ProcessName): Promise<void> {
    const { process } = this.life(name);
    if (process.state !== 'frozen') return;
    this.note(`${name} wakes`);
    process.thaw();
    await quiet();
  }

  freeze(name: ProcessName): void {
    const { process } = this.life(name);
    if (process.state !== 'running') return;
    this.note(`${name} is frozen`);
    process.state = 'frozen';
  }

  async advanceTo(instant: number): Promise<void> {
    this.note(`--- ${instant - this.time.now} ms later, ${(instant - START) / 1_000} s after the start`);
    this.time.advanceTo(instant);
    for (const operation of this.operations.all) operation.expire();
    for (const { process } of this.lives.values()) {
      for (const connection of process.connections) connection.expire();
    }
    await quiet();
  }

  note(what: string): void {
    this.watch.log.push(what);
  }

  private start(name: ProcessName): void {
    const process = new SimulatedProcess(name);
    this.lives.set(name, { process, engine: engineOf(name, simulatedPool(this.server, process)) });
  }

  private life(name: ProcessName): Life {
    const life = this.lives.get(name);
    if (!life) throw new Error(`There is no process "${name}".`);
    return life;
  }
}
