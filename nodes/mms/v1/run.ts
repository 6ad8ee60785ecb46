export { runMessage as runMms } from '../../shared/message-run.ts';
