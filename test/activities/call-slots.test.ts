import { setImmediate as turn } from 'node:timers/promises';
import { CallSlots } from '../../activities/message/call-slots.ts';

/** Slots of one limit, with the names of the requests that got theirs, in that order. */
class Desk {
  readonly granted: string[] = [];
  private readonly slots: CallSlots;

  constructor(limit: number) {
    this.slots = new CallSlots(limit);
  }

  async ask(name: string, slots: number, integrationId = 'one'): Promise<readonly string[]> {
    void this.slots.acquire(integrationId, slots).then(() => this.granted.push(name));
    await turn();
    return this.granted;
  }

  async giveBack(slots: number, integrationId = 'one'): Promise<readonly string[]> {
    this.slots.release(integrationId, slots);
    await turn();
    return this.granted;
  }
}

describe('calls that wait for a slot', () => {
  it('let a large batch have its turn, however many small ones come after it', async () => {
    const desk = new Desk(4);
    for (const name of ['a', 'b', 'c', 'd']) await desk.ask(name, 1);
    await desk.ask('large', 3);
    await desk.ask('late', 1);
    expect(await desk.giveBack(1)).toEqual(['a', 'b', 'c', 'd']);
    expect(await desk.ask('later', 1)).toEqual(['a', 'b', 'c', 'd']);
    await desk.giveBack(1);
    expect(await desk.giveBack(1)).toEqual(['a', 'b', 'c', 'd', 'large']);
    expect(await desk.giveBack(1)).toEqual(['a', 'b', 'c', 'd', 'large', 'late']);
    expect(await desk.giveBack(3)).toEqual(['a', 'b', 'c', 'd', 'large', 'late', 'later']);
  });

  it('start together as far as there is room for them', async () => {
    const desk = new Desk(4);
    await desk.ask('all', 4);
    for (const name of ['a', 'b']) await desk.ask(name, 2);
    await desk.ask('c', 1);
    expect(await desk.giveBack(4)).toEqual(['all', 'a', 'b']);
  });

  it('wait for no call of another integration', async () => {
    const desk = new Desk(2);
    await desk.ask('a', 2);
    await desk.ask('b', 2);
    expect(await desk.ask('elsewhere', 2, 'two')).toEqual(['a', 'elsewhere']);
    await desk.ask('elsewhere again', 1, 'two');
    expect(await desk.giveBack(2, 'two')).toEqual(['a', 'elsewhere', 'elsewhere again']);
  });

  it('that are more than all slots start when nothing else is under way', async () => {
    const desk = new Desk(2);
    await desk.ask('a', 1);
    await desk.ask('huge', 5);
    expect(await desk.giveBack(1)).toEqual(['a', 'huge']);
    expect(await desk.ask('b', 1)).toEqual(['a', 'huge']);
    expect(await desk.giveBack(5)).toEqual(['a', 'huge', 'b']);
  });
});
