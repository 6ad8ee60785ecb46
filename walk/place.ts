import type { JsonObject } from '../domain/json.ts';
import { MemberSet } from '../domain/member-set.ts';
import type { PlaceRecord } from '../domain/walk-record.ts';

/** Members at a node: an arrival buffer until it is opened, then a visit. */
export interface Place {
  readonly number: number;
  readonly nodeId: string;
  readonly pass: number;
  members: MemberSet;
  readonly arrivedAt: number;
  opened: boolean;
  openedAt: number;
  state: JsonObject;
  stuck: PlaceRecord['stuck'];
}

export function placeRecord(place: Place): PlaceRecord {
  return { ...place, members: place.members.toHex() };
}

export function placeOfRecord(size: number, record: PlaceRecord): Place {
  return { ...record, members: MemberSet.fromHex(size, record.members) };
}
