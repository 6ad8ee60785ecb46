import { LeakSearch } from '../../chaos/leak-search.ts';

const search = (): LeakSearch => new LeakSearch(['+12065550142']);

describe('the search for phone numbers', () => {
  it.each(['to +12065550142', 'to=2065550142', '{"to":"12065550142"}', 'id 2065550142000'])(
    'finds one however it is written: %s',
    (text) => {
      const found = search();
      found.look('worker.log', text);
      expect([...found.places]).toEqual(['worker.log']);
    },
  );

  it('leaves other numbers alone', () => {
    const found = search();
    found.look('worker.log', '12065550143 1795327916840 20261126');
    expect([...found.places]).toEqual([]);
  });

  it('finds one in the payload of a history, and in the id of a workflow', () => {
    const data = Buffer.from(JSON.stringify({ phone: '+12065550142' }));
    for (const bytes of [data, new Uint8Array(data)]) {
      const found = search();
      found.lookIntoHistory('run/1', { events: [{ eventId: 1n, input: { payloads: [{ data: bytes }] } }] });
      expect([...found.places]).toEqual(['run/1']);
    }
    const found = search();
    found.lookIntoHistory('customer/12065550142', {});
    expect(found.places.size).toBe(1);
  });
});
