export { mergeMessages as mergeSms, runMessage as runSms } from '../../shared/message-run.ts';
