import type { Departure } from '../domain/walk-record.ts';
import { settledDepartures } from './departures.ts';
import type { Place } from './place.ts';
import type { Move, PlaceTable } from './place-table.ts';
import type { Walk } from './walk.ts';

interface Leave {
  /** Number of the place that is left; nobody leaves where only the places are written. */
  readonly from: number;
  readonly departures: readonly Departure[];
  readonly resolve: () => void;
}

/**
 * Writes departures before anybody moves, one record at a time.
 *
 * Departures that come while a record is under way go together into the next one.
 */
export class Recorder {
  step: number;
  failure: Error | undefined;
  private readonly walk: Walk;
  private readonly table: PlaceTable;
  private waiting: Leave[] = [];
  private writing = false;
  private writtenPlaces = '';

  constructor(walk: Walk, table: PlaceTable, step: number) {
    this.walk = walk;
    this.table = table;
    this.step = step;
  }

  /** Resolves once the departures are recorded and their members have moved. */
  leave(place: Place, departures: readonly Departure[]): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ from: place.number, departures, resolve });
      void this.write();
    });
  }

  /** Writes where everybody is, when nobody has moved. */
  savePlaces(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ from: 0, departures: [], resolve });
      void this.write();
    });
  }

  /** Whether places have changed since they were last written. */
  get isBehind(): boolean {
    return this.writtenPlaces !== JSON.stringify(this.table.recordAfter([], this.walk.options.host.now()));
  }

  private async write(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    this.walk.inFlight += 1;
    try {
      while (this.waiting.length > 0) {
        const leaves = this.waiting;
        this.waiting = [];
        await this.writeTogether(leaves);
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.writing = false;
      this.walk.inFlight -= 1;
      this.walk.changed = true;
    }
  }

  private async writeTogether(leaves: readonly Leave[]): Promise<void> {
    const { host, size } = this.walk.options;
    this.step += 1;
    const planned = movesOf(leaves, (departures) => departures);
    const places = this.table.recordAfter(planned, host.now());
    const departures = leaves.flatMap((leave) => leave.departures);
    const { conflicts } = await host.record({ step: this.step, departures, places });
    this.writtenPlaces = JSON.stringify(places);
    const moves = movesOf(leaves, (departures) => settledDepartures(size, departures, conflicts));
    this.table.apply(moves, host.now());
    this.walk.applied(moves.map((move) => move.departure));
    for (const leave of leaves) leave.resolve();
  }
}

function movesOf(
  leaves: readonly Leave[],
  settle: (departures: readonly Departure[]) => readonly Departure[],
): readonly Move[] {
  return leaves.flatMap(({ from, departures }) =>
    settle(departures).map((departure) => ({ from, departure })),
  );
}
