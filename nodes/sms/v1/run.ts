export { runMessage as runSms } from '../../shared/message-run.ts';
