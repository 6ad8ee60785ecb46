export { mergeMessages as mergeMms, runMessage as runMms } from '../../shared/message-run.ts';
