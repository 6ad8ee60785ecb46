import { defineSignal } from '@temporalio/workflow';
import {
  COHORT_SIGNAL,
  RECEIPTS_SIGNAL,
  WAKE_SIGNAL,
  type CohortNews,
  type ReceiptsHint,
} from '../domain/temporal-names.ts';

export const receiptsSignal = defineSignal<[readonly ReceiptsHint[]]>(RECEIPTS_SIGNAL);
export const wakeSignal = defineSignal(WAKE_SIGNAL);
export const cohortSignal = defineSignal<[CohortNews]>(COHORT_SIGNAL);
