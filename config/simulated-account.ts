/** What the simulated accounts are called; what they must know beside it is made up for each data folder. */
export const SIMULATED = { servicePlanId: 'simulated-plan', mmsServiceId: '32113' } as const;
