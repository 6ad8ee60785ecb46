import { CARRIERS, SOME_CARRIER, type Carrier } from './carriers.ts';
import { DEVICES, type Device } from './devices.ts';
import { magicDigitsOf } from './magic-digits.ts';

/** Who has a number: a carrier and a phone. */
export interface Subscriber {
  readonly carrier: Carrier;
  readonly device: Device;
}

/** The last digit but one of a magic number says which phone it has, the last one whose network it is in. */
const DEVICE_OF_DIGIT: Readonly<Record<string, Device>> = {
  7: DEVICES.iphone,
  8: DEVICES.android,
  9: DEVICES.flip,
};
const CARRIER_OF_DIGIT: Readonly<Record<string, Carrier>> = {
  5: CARRIERS.att,
  6: CARRIERS.tMobile,
  7: CARRIERS.verizon,
  8: CARRIERS.usCellular,
};

/** Magic numbers of which carrier and phone are known, by their last two digits. */
export const SUBSCRIBERS: Readonly<Record<string, Subscriber>> = {
  ...Object.fromEntries(
    Object.entries(DEVICE_OF_DIGIT).flatMap(([tens, device]) =>
      Object.entries(CARRIER_OF_DIGIT).map(([units, carrier]) => [tens + units, { carrier, device }]),
    ),
  ),
  79: { carrier: CARRIERS.withoutMms, device: DEVICES.iphone },
};

const ANYBODY: Subscriber = { carrier: SOME_CARRIER, device: DEVICES.iphone };

/** @param to digits, as a call gives them */
export function subscriberOf(to: string): Subscriber {
  return SUBSCRIBERS[magicDigitsOf(to) ?? ''] ?? ANYBODY;
}

/** The carrier that a report names; undefined where it names none. */
export function operatorOf(to: string): string | undefined {
  return subscriberOf(to).carrier.mccMnc ?? undefined;
}
