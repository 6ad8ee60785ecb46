import { MemberSet } from '../domain/member-set.ts';
import type { Route, Routes } from '../domain/node-run.ts';
import type { WalkNode } from '../domain/walk-graph.ts';
import type { Departure } from '../domain/walk-record.ts';
import type { Passes } from './passes.ts';
import type { Place } from './place.ts';

/** A behaviour that lost or doubled members; its visit can't go on. */
export class RoutingError extends Error {
  readonly code = 'bad_routing';
}

/** How often members may enter one node, and how often they have. */
export interface PassLimit {
  readonly passes: Passes;
  readonly max: number;
}

/**
 * What a behaviour yielded, as departures with their destination.
 * @throws RoutingError when a member is not (or no longer) at the place, or is yielded twice
 */
export function departuresOf(
  routes: Routes,
  place: Place,
  node: WalkNode,
  limit: PassLimit,
): readonly Departure[] {
  let left = place.members;
  return routeList(routes).flatMap((route) => {
    if (route.members.isEmpty()) return [];
    if (!route.members.minus(left).isEmpty()) {
      throw new RoutingError(`Node "${place.nodeId}" let members go that it does not have.`);
    }
    left = left.minus(route.members);
    return resolve(route, place, node, limit);
  });
}

function routeList(routes: Routes): readonly Route[] {
  if (isRouteArray(routes)) return routes;
  return Object.entries(routes).map(([outlet, members]) => ({ outlet, members }));
}

function isRouteArray(routes: Routes): routes is readonly Route[] {
  return Array.isArray(routes);
}

function resolve(route: Route, place: Place, node: WalkNode, limit: PassLimit): readonly Departure[] {
  const { outlet, outcome = route.outlet, reason = '', exit } = route;
  const common = { nodeId: place.nodeId, pass: place.pass, outlet, outcome };
  const target = node.outlets[outlet] ?? (node.fallsToNext ? node.outlets['next'] : undefined);
  if (exit !== undefined || target === undefined) {
    return [{ ...common, reason, nextNodeId: null, exit: exit ?? 'end', members: route.members.toHex() }];
  }
  const tooOften = route.members.intersect(limit.passes.atLeast(target, limit.max));
  const departures: Departure[] = [];
  const onwards = route.members.minus(tooOften);
  if (!onwards.isEmpty()) {
    departures.push({ ...common, reason, nextNodeId: target, exit: null, members: onwards.toHex() });
  }
  if (!tooOften.isEmpty()) {
    const reason = 'pass_limit';
    departures.push({ ...common, reason, nextNodeId: null, exit: reason, members: tooOften.toHex() });
  }
  return departures;
}

/** The moves that hold once the trace has answered: a member who had another route recorded before keeps it. */
export function settledDepartures(
  size: number,
  asked: readonly Departure[],
  conflicts: readonly Departure[],
): readonly Departure[] {
  const settled = asked.flatMap((departure) => {
    const overruled = conflicts.filter(
      (conflict) => conflict.nodeId === departure.nodeId && conflict.pass === departure.pass,
    );
    let members = MemberSet.fromHex(size, departure.members);
    const own = overruled.map((conflict) => {
      const earlier = members.intersect(MemberSet.fromHex(size, conflict.members));
      return { ...conflict, members: earlier.toHex() };
    });
    for (const { members: earlier } of own) members = members.minus(MemberSet.fromHex(size, earlier));
    return [{ ...departure, members: members.toHex() }, ...own];
  });
  return settled.filter(({ members }) => /[^0]/.test(members));
}
